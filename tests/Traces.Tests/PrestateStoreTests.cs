using System.Net;
using Gavel.Cannon;
using Gavel.GameKit;
using Gavel.TestKit;

namespace Gavel.Traces.Tests;

/// <summary>Absolute prestates by hash: what a file is named proves nothing.</summary>
public sealed class PrestateStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-prestates-");
    private readonly HttpClient _http = new();
    private readonly Hash32 _hash;
    private readonly byte[] _state;

    public PrestateStoreTests()
    {
        string path = Checkout.PathOf("guest", "prestates", "sha256.singlethreaded.bin.gz");
        _state = File.ReadAllBytes(path);
        using VmState state = StateFile.Read(path);
        _hash = state.StateHash();
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Folder_IsSearchedByHash()
    {
        string empty = Folder("empty");
        string full = Folder("full");
        File.WriteAllBytes(Path.Combine(full, $"{_hash}.bin.gz"), _state);
        using VmState loaded = Store(empty, full).Load(_hash, default);
        Assert.Equal(_hash, loaded.StateHash());
    }

    [Fact]
    public async Task Address_IsAskedOnce_AndTheCacheServesAfterwards()
    {
        await using FileServer server = new($"/states/{_hash}.bin.gz", _state);
        PrestateStore store = Store($"{server.Url}states");
        for (int i = 0; i < 2; i++)
        {
            using VmState loaded = store.Load(_hash, default);
            Assert.Equal(_hash, loaded.StateHash());
        }

        Assert.Equal(1, server.Served);
        using VmState again = Store().Load(_hash, default); // the same cache without a source, as after a restart
        Assert.Equal(_hash, again.StateHash());
    }

    [Fact]
    public async Task WrongContent_IsRefused_AndTheNextSourceServes()
    {
        Hash32 wanted = Samples.Hash("another program");
        await using FileServer server = new($"/{wanted}.bin.gz", _state);
        PrestateException error = Assert.Throws<PrestateException>(() => Store(server.Url).Load(wanted, default));
        Assert.Contains(_hash.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(wanted.ToString(), error.Message, StringComparison.Ordinal);

        string broken = Folder("broken");
        File.WriteAllBytes(Path.Combine(broken, $"{_hash}.bin.gz"), _state[..(_state.Length / 2)]);
        File.WriteAllText(Path.Combine(broken, $"{_hash}.json"), "{");
        string full = Folder("full");
        File.WriteAllBytes(Path.Combine(full, $"{_hash}.bin.gz"), _state);
        using VmState loaded = Store(broken, full).Load(_hash, default);
        Assert.Equal(_hash, loaded.StateHash());
        Assert.Contains(broken, Assert.Throws<PrestateException>(() => Store(broken).Load(_hash, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingPrestate_NamesEverySource()
    {
        string empty = Folder("empty");
        PrestateException error = Assert.Throws<PrestateException>(() => Store(empty, "http://127.0.0.1:9/").Load(_hash, default));
        Assert.Contains(empty, error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Cannon:Prestates", Assert.Throws<PrestateException>(() => Store().Load(_hash, default)).Message, StringComparison.Ordinal);
    }

    private string Folder(string name) => _folder.CreateSubdirectory(name).FullName;

    private PrestateStore Store(params string[] sources) => new(sources, Folder("cache"), _http);

    /// <summary>Serves one file over HTTP, and 404 for all others.</summary>
    private sealed class FileServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public FileServer(string path, byte[] content)
        {
            using (System.Net.Sockets.TcpListener free = new(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }

            _listener.Prefixes.Add(Url);
            _listener.Start();
            _serving = ServeAsync(path, content);
        }

        public string Url { get; }

        public int Served { get; private set; }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync(string path, byte[] content)
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return; // stopped
                }

                if (context.Request.Url!.AbsolutePath == path)
                {
                    Served++;
                    await context.Response.OutputStream.WriteAsync(content);
                }
                else
                {
                    context.Response.StatusCode = 404;
                }

                context.Response.Close();
            }
        }
    }
}
