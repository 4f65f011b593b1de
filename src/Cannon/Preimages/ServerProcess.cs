using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Cannon.Preimages;

/// <summary>
/// A child process with descriptors 3 to 6 as the preimage protocol wants them. It leads a process group of its own, so that Ctrl-C at a terminal
/// reaches us and not it, and so that what it started ends with it.
/// </summary>
internal sealed class ServerProcess
{
    private const int FirstFree = 16;
    private const int SpawnSize = 1024;
    private readonly Lock _gate = new();
    private readonly Thread _waiter;
    private int _status;
    private volatile bool _reaped;

    private ServerProcess(int id)
    {
        Id = id;
        _waiter = new Thread(WaitForEnd) { IsBackground = true, Name = $"preimage server {id} wait" };
        _waiter.Start();
    }

    /// <summary>The process id, which is also the group's.</summary>
    public int Id { get; }

    /// <summary>Set once the process has ended and been reaped.</summary>
    public bool HasExited => _reaped;

    /// <summary>The exit code, or null if it runs or a signal ended it.</summary>
    public int? ExitCode => _reaped && (_status & 0x7f) == 0 ? (_status >> 8) & 0xff : null;

    /// <summary>The signal that ended it, or null.</summary>
    public int? Signal => _reaped && (_status & 0x7f) != 0 ? _status & 0x7f : null;

    /// <summary>Starts the program. <paramref name="ends"/>[i] becomes descriptor i + 1 of the child.</summary>
    /// <exception cref="PreimageServerException">It cannot be started.</exception>
    public static unsafe ServerProcess Start(PreimageServerOptions options, ReadOnlySpan<SafeFileHandle> ends)
    {
        string path = Resolve(options.Command);
        if (options.WorkingDirectory is { } folder && !Directory.Exists(folder))
        {
            throw NotStarted(options, $"there is no folder {folder} to start it in");
        }

        byte* actions = stackalloc byte[SpawnSize];
        byte* attributes = stackalloc byte[SpawnSize];
        Check(Posix.InitActions(actions));
        Check(Posix.InitAttributes(attributes));
        List<SafeFileHandle> copies = [];
        byte** arguments = Strings([options.Command, .. options.Arguments]);
        byte** environment = Strings(EnvironmentOf(options));
        try
        {
            Check(Posix.AddOpen(actions, 0, "/dev/null", 0, 0));
            for (int i = 0; i < ends.Length; i++)
            {
                // A source at the number of its target would keep close-on-exec, and one at the number of a later target would be lost.
                SafeFileHandle copy = Posix.DuplicateAbove(ends[i], FirstFree);
                copies.Add(copy);
                Check(Posix.AddDuplicate(actions, (int)copy.DangerousGetHandle(), i + 1));
            }

            Check(Posix.AddCloseFrom(actions, ends.Length + 1));
            if (options.WorkingDirectory is { } start)
            {
                Check(Posix.AddChangeDirectory(actions, Path.GetFullPath(start)));
            }

            ResetSignals(attributes);
            int id;
            int error = Posix.Spawn(&id, path, actions, attributes, arguments, environment);
            return error == 0 ? new ServerProcess(id) : throw NotStarted(options, Marshal.GetPInvokeErrorMessage(error));
        }
        finally
        {
            copies.ForEach(copy => copy.Dispose());
            Free(arguments);
            Free(environment);
            _ = Posix.DestroyActions(actions);
            _ = Posix.DestroyAttributes(attributes);
        }
    }

    /// <summary>Waits for the end of the process.</summary>
    /// <returns>False if it still runs after this time.</returns>
    public bool WaitForExit(TimeSpan time) => _waiter.Join(time);

    /// <summary>Sends a signal to the whole group, unless the process has been reaped.</summary>
    public void SendSignal(int signal)
    {
        lock (_gate)
        {
            if (!_reaped)
            {
                _ = Posix.Kill(-Id, signal);
            }
        }
    }

    /// <summary>Waits for the thread that reaps the process; call it after the end.</summary>
    public void Join() => _waiter.Join();

    private unsafe void WaitForEnd()
    {
        const int OneProcess = 1;
        const int ExitedButKeep = 4 | 0x01000000;
        byte* info = stackalloc byte[256];
        while (Posix.WaitId(OneProcess, Id, info, ExitedButKeep) != 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted)
        {
        }

        lock (_gate)
        {
            // The dead leader still holds the group's number, so this cannot hit a stranger.
            _ = Posix.Kill(-Id, Posix.KillSignal);
            int status = 0;
            while (Posix.WaitPid(Id, &status, 0) < 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted)
            {
            }

            _status = status;
            _reaped = true;
        }
    }

    private static unsafe void ResetSignals(byte* attributes)
    {
        const int SetSize = 128;
        byte* none = stackalloc byte[SetSize];
        byte* all = stackalloc byte[SetSize];
        new Span<byte>(none, SetSize).Clear();
        new Span<byte>(all, SetSize).Fill(0xff);
        // The runtime ignores SIGPIPE, and what is ignored stays so in a new program.
        Check(Posix.SetDefaultSignals(attributes, all));
        Check(Posix.SetSignalMask(attributes, none));
        Check(Posix.SetGroup(attributes, 0));
        const short GroupDefaultsAndMask = 2 | 4 | 8;
        Check(Posix.SetFlags(attributes, GroupDefaultsAndMask));
    }

    private static string Resolve(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(command)
                ? Path.GetFullPath(command)
                : throw new PreimageServerException(PreimageServerFault.NotStarted, $"cannot start the preimage server: there is no file {command}");
        }

        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists)
            ?? throw new PreimageServerException(PreimageServerFault.NotStarted, $"cannot start the preimage server: \"{command}\" is not in PATH; give its path");
    }

    private static List<string> EnvironmentOf(PreimageServerOptions options)
    {
        if (options.Environment is { } chosen)
        {
            return [.. chosen.Select(pair => $"{pair.Key}={pair.Value}")];
        }

        List<string> ours = ["NO_COLOR=1"];
        foreach (System.Collections.DictionaryEntry pair in Environment.GetEnvironmentVariables())
        {
            if (!"NO_COLOR".Equals(pair.Key))
            {
                ours.Add($"{pair.Key}={pair.Value}");
            }
        }

        return ours;
    }

    private static PreimageServerException NotStarted(PreimageServerOptions options, string why) =>
        new(PreimageServerFault.NotStarted, $"cannot start the preimage server {options.Command}: {why}");

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new PreimageServerException(PreimageServerFault.NotStarted, "cannot start the preimage server", Posix.Error("posix_spawn", code));
        }
    }

    private static unsafe byte** Strings(List<string> texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(texts[i]);
            list[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(list[i], bytes.Length));
        }

        return list;
    }

    private static unsafe void Free(byte** list)
    {
        for (byte** item = list; *item is not null; item++)
        {
            NativeMemory.Free(*item);
        }

        NativeMemory.Free(list);
    }
}
