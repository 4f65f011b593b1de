namespace Gavel.Cannon;

/// <summary>An engine that can report the memory accesses of single steps, as proofs need.</summary>
internal interface IStepTracer : IVmEngine
{
    /// <summary>When set, told of each access of the steps that run.</summary>
    IAccessTrace? Trace { get; set; }

    /// <summary>Tells a VM's statistics what has been counted.</summary>
    void Report(VmStatistics statistics);
}
