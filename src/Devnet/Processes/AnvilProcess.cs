using System.Diagnostics;
using System.Text;

namespace Gavel.Devnet;

/// <summary>
/// One anvil on a free port of the loopback interface. It is the child of a small shell that waits for the end of a pipe whose other end
/// only this process holds: however this process ends, by <c>kill -9</c> too, the pipe closes and the shell kills anvil.
/// </summary>
internal sealed class AnvilProcess : IAsyncDisposable
{
    // The reader of the pipe and anvil wait for each other's end. Signals of a terminal go to its whole group: anvil gets a session of
    // its own, where there is a command for that, and the shells ignore them, so that Ctrl-C leaves the order of stopping to us.
    private const string Watchdog = """
        trap '' INT HUP TERM QUIT
        exec 3<&0
        if command -v setsid >/dev/null; then setsid "$@" 3<&- & else "$@" 3<&- & fi
        child=$!
        { read -r _ <&3; kill -9 "$child"; } >/dev/null 2>&1 &
        reader=$!
        wait "$child"
        kill -9 "$reader"
        """;

    private const string ReadyMark = "Listening on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _shell;
    private readonly Task _output;

    private AnvilProcess(Process shell, string url, Task output)
    {
        _shell = shell;
        _output = output;
        Url = url;
        Ended = shell.WaitForExitAsync();
    }

    /// <summary>Where it answers.</summary>
    public string Url { get; }

    /// <summary>Ends when anvil does, for whatever reason.</summary>
    public Task Ended { get; }

    /// <summary>Starts anvil and waits until it answers.</summary>
    /// <exception cref="DevnetException">It ended or was not ready in time; the message holds what it printed.</exception>
    public static async Task<AnvilProcess> StartAsync(string anvil, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in (string[])["-c", Watchdog, "gavel-devnet-watchdog", anvil, "--host", "127.0.0.1", "--port", "0", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        Process shell = Process.Start(start) ?? throw new DevnetException("/bin/sh could not be started");
        Transcript transcript = new();
        Task output = Task.WhenAll(transcript.ReadAsync(shell.StandardOutput), transcript.ReadAsync(shell.StandardError));
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            Task<string> ready = transcript.Ready;
            Task first = await Task.WhenAny(ready, output).WaitAsync(limit.Token).ConfigureAwait(false);
            return first == ready
                ? new AnvilProcess(shell, $"http://{await ready.ConfigureAwait(false)}", output)
                : throw new DevnetException($"anvil ended while starting: {transcript.Text}");
        }
        catch (Exception e)
        {
            await StopAsync(shell, output).ConfigureAwait(false);
            throw e is OperationCanceledException && !cancellationToken.IsCancellationRequested
                ? new DevnetException($"anvil was not ready within {StartLimit.TotalSeconds:0} s: {transcript.Text}", e)
                : e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_shell, _output).ConfigureAwait(false);
        _shell.Dispose();
    }

    private static async Task StopAsync(Process shell, Task output)
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync().ConfigureAwait(false);
        await output.ConfigureAwait(false);
    }

    /// <summary>What anvil printed up to its ready line. Reading goes on behind it and forgets, since anvil stops when the pipe is full.</summary>
    private sealed class Transcript
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Ready => _ready.Task;

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString().Trim();
                }
            }
        }

        public async Task ReadAsync(StreamReader reader)
        {
            char[] buffer = new char[4096];
            while (true)
            {
                int count = await reader.ReadAsync(buffer).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                if (!_ready.Task.IsCompleted)
                {
                    Keep(buffer.AsSpan(0, count));
                }
            }
        }

        private void Keep(ReadOnlySpan<char> part)
        {
            lock (_text)
            {
                _text.Append(part);
                string text = _text.ToString();
                int mark = text.IndexOf(ReadyMark, StringComparison.Ordinal);
                int end = mark < 0 ? -1 : text.IndexOf('\n', mark);
                if (end >= 0)
                {
                    _ready.TrySetResult(text[(mark + ReadyMark.Length)..end].Trim());
                }
            }
        }
    }
}
