namespace Gavel.Cannon;

/// <summary>How a VM runs plain instructions. Proofs are always the interpreter's.</summary>
public enum VmEngine
{
    /// <summary>The translator, once a run is long enough to gain from it and where it can work; else the interpreter.</summary>
    Auto,

    /// <summary>The interpreter alone.</summary>
    Interpreter,

    /// <summary>The translator from the first step on, where it can work; <see cref="Vm.WhyInterpreted"/> says why it cannot.</summary>
    Translator,
}
