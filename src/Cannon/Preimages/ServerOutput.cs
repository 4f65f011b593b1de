using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gavel.Cannon.Preimages;

/// <summary>Reads a child's standard output and error, line by line, on one thread, and remembers the last lines for error messages.</summary>
internal sealed class ServerOutput
{
    private const int MaxLineBytes = 16 << 10;
    private const int Remembered = 5;
    private readonly Action<PreimageServerLine>? _sink;
    private readonly Queue<string> _last = new();
    private readonly Thread _pump;
    private volatile bool _stopping;

    public ServerOutput(int processId, SafeFileHandle output, SafeFileHandle error, Action<PreimageServerLine>? sink)
    {
        _sink = sink;
        _pump = new Thread(() => Pump(new Source(output, false), new Source(error, true))) { IsBackground = true, Name = $"preimage server {processId} output" };
        _pump.Start();
    }

    /// <summary>What the server said last, for an error message; empty if it said nothing.</summary>
    public string LastWords()
    {
        lock (_last)
        {
            return _last.Count == 0 ? "" : $"; its last lines: {string.Join(" | ", _last)}";
        }
    }

    /// <summary>Waits until all output has been read, or gives up on a stranger that still holds the pipe.</summary>
    public void Finish()
    {
        if (!_pump.Join(TimeSpan.FromSeconds(1)))
        {
            _stopping = true;
            _pump.Join();
        }
    }

    private unsafe void Pump(params Source[] sources)
    {
        Posix.PollEntry* entries = stackalloc Posix.PollEntry[sources.Length];
        while (!_stopping && Array.Exists(sources, source => source.IsOpen))
        {
            for (int i = 0; i < sources.Length; i++)
            {
                entries[i] = new() { Descriptor = sources[i].IsOpen ? (int)sources[i].Handle.DangerousGetHandle() : -1, Events = Posix.PollIn };
            }

            if (Posix.Poll(entries, (ulong)sources.Length, 100) <= 0)
            {
                continue;
            }

            for (int i = 0; i < sources.Length; i++)
            {
                if (entries[i].Returned != 0)
                {
                    ReadFrom(sources[i]);
                }
            }
        }

        foreach (Source source in sources)
        {
            Flush(source);
            source.Handle.Dispose();
        }
    }

    private unsafe void ReadFrom(Source source)
    {
        byte* buffer = stackalloc byte[4096];
        nint got = Posix.Read(source.Handle, buffer, 4096);
        if (got < 0 && Marshal.GetLastPInvokeError() is Posix.Interrupted or Posix.TryAgain)
        {
            return;
        }

        source.IsOpen = got > 0;
        for (int i = 0; i < got; i++)
        {
            if (buffer[i] == '\n')
            {
                Flush(source);
            }
            else if (source.Line.Count < MaxLineBytes)
            {
                source.Line.Add(buffer[i]);
            }
        }
    }

    private void Flush(Source source)
    {
        if (source.Line.Count == 0)
        {
            return;
        }

        string text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(source.Line)).TrimEnd('\r');
        source.Line.Clear();
        lock (_last)
        {
            if (_last.Count == Remembered)
            {
                _last.Dequeue();
            }

            _last.Enqueue(text.Length <= 300 ? text : text[..300] + "…");
        }

        _sink?.Invoke(new PreimageServerLine(source.IsError, text));
    }

    private sealed class Source(SafeFileHandle handle, bool isError)
    {
        public SafeFileHandle Handle { get; } = handle;

        public bool IsError { get; } = isError;

        public bool IsOpen { get; set; } = true;

        public List<byte> Line { get; } = [];
    }
}
