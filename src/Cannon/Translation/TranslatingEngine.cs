using System.Runtime.CompilerServices;

namespace Gavel.Cannon;

/// <summary>
/// Runs hot code of the 64-bit VM translated, and all else through the interpreter: the interpreter leaves where translated code begins,
/// and translated code leaves before whatever only the interpreter does. See docs/adr/0052-translator.md.
/// </summary>
internal sealed unsafe class TranslatingEngine : IVmEngine, ICodeFollower
{
    private const ulong NoPage = ulong.MaxValue;

    private readonly Interpreter<Wide> _interpreter;
    private readonly VmState _state;
    private readonly TranslatorTuning _tuning;
    private readonly CodeCache _code;
    private readonly GuestWindow _main;
    private ulong _interpreted;
    private ulong _watched = NoPage;
    private long _clock;

    private TranslatingEngine(Interpreter<Wide> interpreter, VmState state, TranslatorTuning tuning, GuestWindow main)
    {
        _interpreter = interpreter;
        _state = state;
        _tuning = tuning;
        _main = main;
        _code = interpreter.Code;
        _code.Follower = this;
        Regions = new RegionTable(_code, tuning.CacheLimit);
        Planner = new RegionPlanner(_code, state.Version, Regions, tuning);
    }

    /// <summary>The regions that can be entered.</summary>
    public RegionTable Regions { get; }

    /// <summary>What becomes a region.</summary>
    public RegionPlanner Planner { get; }

    /// <summary>Instructions that translated code has run.</summary>
    public long TranslatedSteps { get; private set; }

    /// <summary>An engine for a state; null, with the reason, where it cannot work.</summary>
    public static TranslatingEngine? TryMake(Interpreter<Wide> interpreter, VmState state, TranslatorTuning tuning, out string? reason)
    {
        GuestWindow main = default;
        reason = !RuntimeFeature.IsDynamicCodeCompiled ? "this runtime compiles no code at run time"
            : !BitConverter.IsLittleEndian ? "the host is big-endian"
            : !state.Memory.TryReserveMain(out main) ? "the host does not give 2 TiB of address space"
            : null;
        return reason is null ? new TranslatingEngine(interpreter, state, tuning, main) : null;
    }

    public EngineResult Run(VmThread thread, long budget)
    {
        if (_interpreted < _tuning.WarmUp)
        {
            EngineResult result = _interpreter.Run(thread, budget);
            _interpreted += (ulong)result.Executed;
            return result;
        }

        CpuContext* c = _interpreter.Enter(thread);
        c->Main = _main;
        InterpreterLoop<Wide> loop = new(_state.Memory, _code, _state.Version, null);
        EngineExit exit = Run(c, ref loop, budget, out long left);
        _interpreter.Leave(thread);
        return new EngineResult(exit, budget - left, loop.Fault);
    }

    public void OnCodeWrite(ulong address) => Regions.DropAt(address);

    public void OnPageDropped(ulong page) => Regions.DropPage(page);

    public void Dispose()
    {
        _code.Follower = null;
        Watch(NoPage);
    }

    private EngineExit Run(CpuContext* c, ref InterpreterLoop<Wide> loop, long budget, out long left)
    {
        Region? from = null;
        EngineExit exit = EngineExit.Paused;
        left = budget;
        while (left > 0 && exit == EngineExit.Paused)
        {
            if (Planner.IsTracing)
            {
                from = null;
                exit = Trace(c, ref loop, ref left);
                continue;
            }

            Planner.Install();
            bool atEntry = IsAtEntry(c, out Region region, out int entry);
            if (from is not null)
            {
                Planner.Left(from, c->Pc, found: atEntry);
                from = null;
            }

            RegionExit way = RegionExit.Interpret;
            if (atEntry)
            {
                way = RunRegion(c, region, entry, ref left);
                switch (way)
                {
                    case RegionExit.Branch:
                        from = region;
                        continue;
                    case RegionExit.Return:
                        continue;
                    case RegionExit.Syscall:
                        Planner.LeftToInterpreter(region);
                        return left > 0 ? EngineExit.Syscall : EngineExit.Paused;
                    case RegionExit.Outside or RegionExit.Page:
                        Planner.LeftAtMemory(region, way);
                        break;
                    case RegionExit.Interpret:
                        Planner.LeftToInterpreter(region);
                        break;
                }
            }

            exit = Interpret(c, ref loop, way, ref left);
        }

        return exit;
    }

    /// <summary>Runs one instruction that is noted.</summary>
    private EngineExit Trace(CpuContext* c, ref InterpreterLoop<Wide> loop, ref long left)
    {
        Planner.Ran(c->Pc);
        EngineExit exit = loop.Run<Stepping>(c, 1, out long rest);
        left -= 1 - rest;
        return exit;
    }

    private bool IsAtEntry(CpuContext* c, out Region region, out int entry)
    {
        if (c->NextPc == c->Pc + 4)
        {
            return Regions.TryFind(c->Pc, out region, out entry);
        }

        region = null!;
        entry = 0;
        return false;
    }

    private RegionExit RunRegion(CpuContext* c, Region region, int entry, ref long left)
    {
        ulong reserved = (c->ReservedStatus | c->ReservedAddress | c->ReservedOwner) == 0 ? NoPage : c->ReservedWord >> PagedMemory.PageBits;
        if (reserved != _watched)
        {
            Watch(reserved);
        }

        long before = left;
        CompiledRegion compiled = region.Compiled!;
        left = compiled.Code(c, before, entry);
        ref readonly ExitPlace exit = ref compiled.Exits[c->RegionExit];
        left += exit.GiveBack;
        c->Pc = exit.Pc ?? c->Pc;
        c->NextPc = c->Pc + 4;
        region.LastUse = ++_clock;
        region.Calls++;
        region.Steps += before - left;
        TranslatedSteps += before - left;
        return exit.Exit;
    }

    /// <summary>Runs at least one instruction, and on to where translated code begins, or for a while.</summary>
    private EngineExit Interpret(CpuContext* c, ref InterpreterLoop<Wide> loop, RegionExit way, ref long left)
    {
        // Where translated code begins but must not run now, only the exact pace passes; it also runs out what a region's budget left.
        bool atEntry = IsAtEntry(c, out _, out _);
        EngineExit exit;
        if (atEntry || left < InterpreterLoop<Wide>.RoomNeeded)
        {
            long budget = atEntry && way != RegionExit.Budget ? Math.Min(left, 1) : left;
            exit = loop.Run<Stepping>(c, budget, out long rest);
            left -= budget - rest;
        }
        else
        {
            long budget = Math.Min(left, _tuning.SampleInterval + InterpreterLoop<Wide>.RoomNeeded);
            exit = loop.Run<Running>(c, budget, out long rest);
            left -= budget - rest;
            if (exit == EngineExit.Paused)
            {
                Planner.Seen(c->Pc);
            }
        }

        if (exit != EngineExit.Entry)
        {
            return exit;
        }

        if (!IsAtEntry(c, out _, out _))
        {
            _code.Unplant(c->Pc);
        }

        return EngineExit.Paused;
    }

    /// <summary>Makes stores of translated code leave where they could meet the LL reservation, whose rules the interpreter has.</summary>
    private void Watch(ulong page)
    {
        if (_watched != NoPage)
        {
            _state.Memory.Watch(_watched, watched: false);
        }

        // Other pages are in no window, so that translated code always leaves there.
        _watched = page;
        if (page < (ulong)GuestWindow.Count << (GuestWindow.Bits - PagedMemory.PageBits))
        {
            _state.Memory.Watch(page, watched: true);
        }
    }
}
