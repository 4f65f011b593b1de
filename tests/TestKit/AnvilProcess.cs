using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gavel.TestKit;

/// <summary>
/// An anvil of the test's own on a free port, from <c>devnet/node_modules</c>. It ends with <see cref="DisposeAsync"/>, and also when the
/// test process is killed: its parent is a shell that kills it as soon as the pipe from the test process closes.
/// </summary>
public sealed class AnvilProcess : IAsyncDisposable
{
    /// <summary>The mnemonic of the funded accounts.</summary>
    public const string Mnemonic = "test test test test test test test test test test test junk";

    private const string Watchdog = "\"$@\" & child=$!; while read -r _; do :; done; kill -9 $child; wait $child 2>/dev/null";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _shell;

    private AnvilProcess(Process shell, int port)
    {
        _shell = shell;
        Port = port;
    }

    /// <summary>The private key of the first funded account, as hex.</summary>
    public static string FirstKey => "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// <summary>The port it listens on, for HTTP and WebSocket.</summary>
    public int Port { get; }

    /// <summary>Its HTTP address.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Starts anvil and waits until it listens.</summary>
    /// <param name="arguments">Further arguments, for example <c>--no-mining</c>.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message holds what it printed.</exception>
    public static Task<AnvilProcess> StartAsync(params string[] arguments) => StartOnAsync(0, arguments);

    /// <summary>As <see cref="StartAsync"/> on a port of one's choice, to come back after a fall.</summary>
    public static async Task<AnvilProcess> StartOnAsync(int port, params string[] arguments)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all =
        [
            "-c", Watchdog, "anvil", NpmTool.Anvil, "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "900", .. arguments,
        ];
        Array.ForEach(all, start.ArgumentList.Add);
        Process shell = Process.Start(start)!;
        StringBuilder printed = new();
        TaskCompletionSource<int> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.OutputDataReceived += (_, line) => Read(line.Data);
        shell.ErrorDataReceived += (_, line) => Read(line.Data);
        shell.BeginOutputReadLine(); // read to the end: a full pipe would stop anvil
        shell.BeginErrorReadLine();
        try
        {
            return new AnvilProcess(shell, await listening.Task.WaitAsync(StartLimit).ConfigureAwait(false));
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync().ConfigureAwait(false);
            throw new InvalidOperationException($"anvil did not start: {e.Message}: {Printed()}", e);
        }

        void Read(string? line)
        {
            const string Ready = "Listening on 127.0.0.1:";
            if (line is null)
            {
                listening.TrySetException(new InvalidOperationException("it ended"));
                return;
            }

            lock (printed)
            {
                printed.AppendLine(line);
            }

            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                listening.TrySetResult(int.Parse(line.AsSpan(Ready.Length), CultureInfo.InvariantCulture));
            }
        }

        string Printed()
        {
            lock (printed)
            {
                return printed.ToString();
            }
        }
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().ConfigureAwait(false);
        _shell.Dispose();
    }
}
