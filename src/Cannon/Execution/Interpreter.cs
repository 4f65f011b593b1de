using System.Runtime.InteropServices;

namespace Gavel.Cannon;

/// <summary>
/// Runs decoded instructions one by one. The meaning of the VM: every other engine is tested against it, and only it makes proofs.
/// </summary>
internal sealed unsafe class Interpreter<TWidth> : IStepTracer
    where TWidth : struct, IVmWidth
{
    private readonly VmState _state;
    private readonly PagedMemory _memory;
    private readonly CodeCache _code;
    private readonly CpuContext* _context;
    private bool _disposed;

    public Interpreter(VmState state)
    {
        _state = state;
        _memory = state.Memory;
        _code = new CodeCache(_memory);
        _context = (CpuContext*)NativeMemory.AlignedAlloc((nuint)sizeof(CpuContext), 64);
        *_context = default;
        _context->Windows = _memory.Windows;
    }

    ~Interpreter() => Free();

    /// <summary>The instructions decoded so far.</summary>
    public CodeCache Code => _code;

    /// <summary>Tells a VM's statistics what the loop has counted.</summary>
    public void Report(VmStatistics statistics)
    {
        statistics.ConditionalStores = _context->ConditionalStores;
        statistics.FailedConditionalStores = _context->FailedConditionalStores;
        statistics.ReservationsBroken = _context->ReservationsBroken;
    }

    /// <summary>When set, told of each access; steps are then counted one by one.</summary>
    public IAccessTrace? Trace { get; set; }

    public EngineResult Run(VmThread thread, long budget)
    {
        CpuContext* c = Enter(thread);
        InterpreterLoop<TWidth> loop = new(_memory, _code, _state.Version, Trace);
        EngineExit exit = budget >= InterpreterLoop<TWidth>.RoomNeeded && Trace is null
            ? loop.Run<Running>(c, budget, out long left)
            : loop.Run<Stepping>(c, budget, out left);
        Leave(thread);
        return new EngineResult(exit, budget - left, loop.Fault);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _code.Dispose();
            Free();
            GC.SuppressFinalize(this);
        }
    }

    private void Free()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_context);
        }
    }

    /// <summary>Loads the context from a thread and the state.</summary>
    public CpuContext* Enter(VmThread thread)
    {
        CpuContext* c = _context;
        thread.Registers.CopyTo(new Span<ulong>(c->Registers, VmThread.RegisterCount));
        c->Registers[0] = 0;
        c->Registers[CpuContext.Hi] = thread.Hi;
        c->Registers[CpuContext.Lo] = thread.Lo;
        c->Pc = thread.Pc;
        c->NextPc = thread.NextPc;
        c->ThreadId = thread.Id;
        c->ReservedStatus = _state.LlStatus;
        c->ReservedAddress = _state.LlAddress;
        c->ReservedWord = _state.LlAddress & ~7ul;
        c->ReservedOwner = _state.LlOwner;
        return c;
    }

    /// <summary>Gives the context back to the thread and the state.</summary>
    public void Leave(VmThread thread)
    {
        CpuContext* c = _context;
        new ReadOnlySpan<ulong>(c->Registers, VmThread.RegisterCount).CopyTo(thread.Registers);
        thread.Hi = c->Registers[CpuContext.Hi];
        thread.Lo = c->Registers[CpuContext.Lo];
        thread.Pc = c->Pc;
        thread.NextPc = c->NextPc;
        _state.LlStatus = (byte)c->ReservedStatus;
        _state.LlAddress = c->ReservedAddress;
        _state.LlOwner = c->ReservedOwner;
    }
}
