using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Cannon.Preimages;

/// <summary>How a server ended.</summary>
/// <param name="ExitCode">Its exit code, or null if a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or null.</param>
/// <param name="SentSignal">The last signal that we had to send: 0 (it left when its channels closed), SIGINT (2) or SIGKILL (9).</param>
public readonly record struct PreimageServerExit(int? ExitCode, int? Signal, int SentSignal);

/// <summary>
/// A preimage server in a child process, as <c>kona-host</c> and <c>op-program</c> expect to be run: it inherits descriptors 3 (hint requests), 4 (hint
/// answers), 5 (preimage requests) and 6 (preimage answers) and nothing else but 0 to 2. A hint is a 4-byte length and its bytes, acknowledged by one
/// byte; a preimage request is the 32-byte key, answered by an 8-byte length and the value; numbers are big-endian (specs, fault-proof "Pre-image Oracle").
/// Values are not checked here: see <see cref="VerifyingPreimageSource"/>. One request at a time; after a fault every request fails.
/// </summary>
public sealed class ExternalPreimageServer : IPreimageSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly PreimageServerOptions _options;
    private readonly ServerProcess _process;
    private readonly ServerChannel _hints;
    private readonly ServerChannel _preimages;
    private readonly ServerOutput _output;
    private readonly CancellationToken _cancellation;
    private PreimageServerException? _broken;
    private PreimageServerExit? _exit;

    private ExternalPreimageServer(PreimageServerOptions options, ServerProcess process, ServerChannel hints, ServerChannel preimages, ServerOutput output, CancellationToken cancellation)
    {
        _options = options;
        _process = process;
        _hints = hints;
        _preimages = preimages;
        _output = output;
        _cancellation = cancellation;
    }

    /// <summary>The server's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the server. It gives no sign of being ready: what is asked early waits in the pipe.</summary>
    /// <param name="options">What to start, and its limits.</param>
    /// <param name="cancellationToken">Ends a request that waits, within 25 ms; the server is still to be disposed of.</param>
    /// <exception cref="PreimageServerException"><see cref="PreimageServerFault.NotStarted"/>.</exception>
    public static ExternalPreimageServer Start(PreimageServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux())
        {
            throw new PreimageServerException(PreimageServerFault.NotStarted, "preimage servers with inherited descriptors can be started on Linux only");
        }

        List<SafeFileHandle> opened = [];
        try
        {
            (SafeFileHandle outputOurs, SafeFileHandle outputTheirs) = Pipe();
            (SafeFileHandle errorOurs, SafeFileHandle errorTheirs) = Pipe();
            (SafeFileHandle hintsTheirs, SafeFileHandle hintsOurs) = Pipe();
            (SafeFileHandle acksOurs, SafeFileHandle acksTheirs) = Pipe();
            (SafeFileHandle keysTheirs, SafeFileHandle keysOurs) = Pipe();
            (SafeFileHandle valuesOurs, SafeFileHandle valuesTheirs) = Pipe();
            foreach (SafeFileHandle ours in (ReadOnlySpan<SafeFileHandle>)[outputOurs, errorOurs, hintsOurs, acksOurs, keysOurs, valuesOurs])
            {
                Posix.SetNonBlocking(ours);
            }

            SafeFileHandle[] theirs = [outputTheirs, errorTheirs, hintsTheirs, acksTheirs, keysTheirs, valuesTheirs];
            ServerProcess process = ServerProcess.Start(options, theirs);
            // As long as we hold the server's ends, no end of file would ever be seen.
            Array.ForEach(theirs, end => end.Dispose());
            return new ExternalPreimageServer(
                options,
                process,
                new ServerChannel(hintsOurs, acksOurs, cancellationToken),
                new ServerChannel(keysOurs, valuesOurs, cancellationToken),
                new ServerOutput(process.Id, outputOurs, errorOurs, options.Output),
                cancellationToken);
        }
        catch (Exception error)
        {
            opened.ForEach(handle => handle.Dispose());
            throw error is IOException
                ? new PreimageServerException(PreimageServerFault.NotStarted, $"cannot start the preimage server {options.Command}: {error.Message}", error)
                : error;
        }

        (SafeFileHandle Read, SafeFileHandle Write) Pipe()
        {
            (SafeFileHandle Read, SafeFileHandle Write) pipe = Posix.Pipe();
            opened.Add(pipe.Read);
            opened.Add(pipe.Write);
            return pipe;
        }
    }

    /// <summary>Sends a hint and waits for its acknowledgement.</summary>
    /// <exception cref="PreimageServerException">The server failed; it says how.</exception>
    public void Hint(ReadOnlySpan<byte> hint)
    {
        byte[] request = new byte[4 + hint.Length];
        BinaryPrimitives.WriteInt32BigEndian(request, hint.Length);
        hint.CopyTo(request.AsSpan(4));
        Exchange(_hints, "a hint", request, 1, static (_, _, _) => []);
    }

    /// <summary>Asks for a value and waits for it.</summary>
    /// <exception cref="PreimageServerException">The server failed; it says how.</exception>
    public byte[] GetPreimage(Hash32 key) => Exchange(_preimages, $"preimage {key}", key.ToArray(), 8, (channel, header, deadline) =>
    {
        ulong length = BinaryPrimitives.ReadUInt64BigEndian(header);
        if (length > (ulong)_options.MaxValueBytes)
        {
            throw new PreimageServerException(
                PreimageServerFault.Oversized, $"the preimage server claims {length} bytes for {key}, of which {_options.MaxValueBytes} are allowed");
        }

        // A claim is not yet a value: memory is taken as the bytes arrive.
        using MemoryStream value = new();
        Span<byte> buffer = stackalloc byte[8192];
        for (int left = (int)length; left > 0;)
        {
            int wanted = Math.Min(left, buffer.Length);
            int got = channel.Read(buffer[..wanted], deadline);
            value.Write(buffer[..got]);
            left -= got;
            if (got < wanted)
            {
                throw new PreimageServerException(
                    PreimageServerFault.ShortRead, $"the preimage server broke off {key} after {value.Length} of {length} bytes: {State()}");
            }
        }

        return value.ToArray();
    });

    /// <summary>
    /// Ends the server: closes its channels, waits for <see cref="PreimageServerOptions.Grace"/>, sends SIGINT, waits for
    /// <see cref="PreimageServerOptions.InterruptGrace"/>, sends SIGKILL. No process, zombie or descriptor is left. Not to be called during a request.
    /// </summary>
    public PreimageServerExit Stop()
    {
        lock (_gate)
        {
            if (_exit is { } known)
            {
                return known;
            }

            _broken ??= new PreimageServerException(PreimageServerFault.Exited, "the preimage server has been stopped");
            _hints.Dispose();
            _preimages.Dispose();
            int sent = 0;
            if (!_process.WaitForExit(_options.Grace))
            {
                sent = Posix.InterruptSignal;
                _process.SendSignal(sent);
                if (!_process.WaitForExit(_options.InterruptGrace))
                {
                    sent = Posix.KillSignal;
                    _process.SendSignal(sent);
                }
            }

            _process.Join();
            _output.Finish();
            PreimageServerExit exit = new(_process.ExitCode, _process.Signal, sent);
            _exit = exit;
            return exit;
        }
    }

    /// <inheritdoc cref="Stop"/>
    public void Dispose() => Stop();

    private byte[] Exchange(ServerChannel channel, string what, byte[] request, int headerSize, Func<ServerChannel, byte[], Deadline, byte[]> body)
    {
        lock (_gate)
        {
            if (_broken is { } earlier)
            {
                throw new PreimageServerException(earlier.Fault, $"{earlier.Message} (now asked for {what})", earlier);
            }

            try
            {
                return Exchange(channel, what, request, new byte[headerSize], body, new Deadline(_options.RequestTimeout));
            }
            catch (PreimageServerException error)
            {
                _broken = error;
                throw;
            }
            catch (TimeoutException error)
            {
                throw _broken = new PreimageServerException(
                    PreimageServerFault.TimedOut, $"the preimage server gave no answer for {what} within {_options.RequestTimeout.TotalSeconds:0.###} s{_output.LastWords()}", error);
            }
            catch (OperationCanceledException error)
            {
                throw _broken = new PreimageServerException(PreimageServerFault.Cancelled, $"cancelled while waiting for {what}", error);
            }
        }
    }

    private byte[] Exchange(ServerChannel channel, string what, byte[] request, byte[] header, Func<ServerChannel, byte[], Deadline, byte[]> body, Deadline deadline)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (channel.HasInput() && channel.Read(header.AsSpan(0, 1), deadline) == 1)
        {
            throw new PreimageServerException(PreimageServerFault.Garbage, $"the preimage server sent bytes before it was asked for {what}{_output.LastWords()}");
        }

        if (!channel.Write(request, deadline))
        {
            throw new PreimageServerException(PreimageServerFault.Exited, $"the preimage server could not be asked for {what}: {State()}");
        }

        int got = channel.Read(header, deadline);
        if (got < header.Length)
        {
            PreimageServerFault fault = got == 0 ? PreimageServerFault.Exited : PreimageServerFault.ShortRead;
            throw new PreimageServerException(fault, $"the preimage server broke off {what} after {got} of {header.Length} bytes of its head: {State()}");
        }

        return body(channel, header, deadline);
    }

    // The channel closes a moment before the process is reaped.
    private string State()
    {
        bool ended = _process.WaitForExit(TimeSpan.FromSeconds(1));
        string state = !ended ? "it closed its channel but still runs"
            : _process.Signal is { } signal ? $"it was ended by signal {signal}"
            : $"it exited with code {_process.ExitCode}";
        return state + _output.LastWords();
    }
}
