using System.Diagnostics;

namespace Gavel.Ethereum;

/// <summary>Counts what a rehearsal takes, and stops it at its limits.</summary>
internal sealed class RehearsalBudget(RehearsalLimits limits, TimeSpan time, CancellationToken cancellationToken)
{
    private const int OpcodesBetweenLooks = 32;
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _opcodes;
    private long _memory;
    private int _frames;
    private int _reads;
    private int _misses;
    private int _code;
    private int _writes;

    public RehearsalLimits Limits => limits;

    public CancellationToken CancellationToken => cancellationToken;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    public int Requests { get; private set; }

    public int RoundTrips { get; private set; }

    /// <summary>Before each opcode.</summary>
    public void Opcode()
    {
        if (++_opcodes > limits.Opcodes)
        {
            throw new RehearsalStoppedException($"it takes more than {limits.Opcodes} opcodes");
        }

        if (_opcodes % OpcodesBetweenLooks == 0)
        {
            Look();
        }
    }

    /// <summary>Before anything that may take long by itself.</summary>
    public void Look()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Elapsed > time)
        {
            throw new RehearsalStoppedException($"it takes longer than {time.TotalSeconds:0.###} s");
        }
    }

    public void Frame(int depth)
    {
        Look();
        if (depth > limits.Depth)
        {
            throw new RehearsalStoppedException($"its calls go deeper than {limits.Depth}");
        }

        if (++_frames > limits.Frames)
        {
            throw new RehearsalStoppedException($"it makes more than {limits.Frames} calls");
        }
    }

    public void Memory(long growth)
    {
        _memory += growth;
        if (_memory > limits.MemoryBytes)
        {
            throw new RehearsalStoppedException($"it takes more than {limits.MemoryBytes} bytes of memory");
        }
    }

    public void Read(int count = 1)
    {
        _reads += count;
        if (_reads > limits.StateReads)
        {
            throw new RehearsalStoppedException($"it reads state more than {limits.StateReads} times");
        }
    }

    public void Miss()
    {
        Look();
        if (++_misses > limits.Misses)
        {
            throw new RehearsalStoppedException($"it needs more than {limits.Misses} round trips for its state");
        }
    }

    public void Code(int bytes)
    {
        _code += bytes;
        if (_code > limits.CodeBytes)
        {
            throw new RehearsalStoppedException($"it runs more than {limits.CodeBytes} bytes of code");
        }
    }

    public void Write()
    {
        if (++_writes > limits.Writes)
        {
            throw new RehearsalStoppedException($"it writes more than {limits.Writes} logs and transient values");
        }
    }

    public void Asked(int requests)
    {
        Requests += requests;
        RoundTrips++;
    }
}
