using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>What every game that bisects down to a step of a VM is played by, whatever its claims are about.</summary>
public abstract record BisectionRules
{
    /// <summary>What its generation does otherwise than others.</summary>
    public required RuleSet RuleSet { get; init; }

    /// <summary>Claim of the VM's first state, with status byte.</summary>
    public required Hash32 AbsolutePrestate { get; init; }

    /// <summary>Depth of the leaves.</summary>
    public required int MaxDepth { get; init; }

    /// <summary>Last depth of the claims about roots; below it they are about states of the VM.</summary>
    public required int SplitDepth { get; init; }

    /// <summary>Clock parameters in seconds, with the rule of extension of this version.</summary>
    public required ClockRules Clock { get; init; }

    /// <summary>The VM contract.</summary>
    public required Address Vm { get; init; }

    /// <summary>The VM's preimage oracle.</summary>
    public required Address Oracle { get; init; }

    /// <summary>The bond store.</summary>
    public required Address Weth { get; init; }

    /// <summary>Seconds between unlocking and withdrawal.</summary>
    public required ulong WethDelay { get; init; }

    /// <summary>Wei by depth, as the contract answers.</summary>
    public required BondTable Bonds { get; init; }

    /// <summary>Who alone may move in a permissioned game; null where everybody may.</summary>
    public (Address Proposer, Address Challenger)? Permitted { get; init; }
}
