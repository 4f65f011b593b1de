using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts.Messages;

/// <summary>Attacks a claim; payable with the exact bond of the new position.</summary>
[Function("attack")]
public sealed class AttackFunction : FunctionMessage
{
    /// <summary>Value of the claim that is answered.</summary>
    [Parameter("bytes32", "_disputed", 1)]
    public byte[] Disputed { get; set; } = [];

    /// <summary>Its contract index.</summary>
    [Parameter("uint256", "_parentIndex", 2)]
    public ulong ParentIndex { get; set; }

    /// <summary>The value to post.</summary>
    [Parameter("bytes32", "_claim", 3)]
    public byte[] Claim { get; set; } = [];
}

/// <summary>Defends a claim; payable with the exact bond of the new position.</summary>
[Function("defend")]
public sealed class DefendFunction : FunctionMessage
{
    /// <summary>Value of the claim that is answered.</summary>
    [Parameter("bytes32", "_disputed", 1)]
    public byte[] Disputed { get; set; } = [];

    /// <summary>Its contract index.</summary>
    [Parameter("uint256", "_parentIndex", 2)]
    public ulong ParentIndex { get; set; }

    /// <summary>The value to post.</summary>
    [Parameter("bytes32", "_claim", 3)]
    public byte[] Claim { get; set; } = [];
}

/// <summary>Counters a claim at the maximum depth by executing one instruction.</summary>
[Function("step")]
public sealed class StepFunction : FunctionMessage
{
    /// <summary>Contract index of the claim.</summary>
    [Parameter("uint256", "_claimIndex", 1)]
    public ulong ClaimIndex { get; set; }

    /// <summary>From the state before the claim, or from the claim's own.</summary>
    [Parameter("bool", "_isAttack", 2)]
    public bool IsAttack { get; set; }

    /// <summary>The VM's state before the instruction.</summary>
    [Parameter("bytes", "_stateData", 3)]
    public byte[] StateData { get; set; } = [];

    /// <summary>The VM's proof of what the instruction touches.</summary>
    [Parameter("bytes", "_proof", 4)]
    public byte[] Proof { get; set; } = [];
}

/// <summary>Puts a local datum of an execution branch into the oracle.</summary>
[Function("addLocalData")]
public sealed class AddLocalDataFunction : FunctionMessage
{
    /// <summary>Which datum, 1 to 5.</summary>
    [Parameter("uint256", "_ident", 1)]
    public byte Ident { get; set; }

    /// <summary>Contract index of a claim of the branch.</summary>
    [Parameter("uint256", "_execLeafIdx", 2)]
    public ulong ClaimIndex { get; set; }

    /// <summary>Offset of the part, counting the 8-byte length.</summary>
    [Parameter("uint256", "_partOffset", 3)]
    public ulong PartOffset { get; set; }
}

/// <summary>Resolves one claim's subgame.</summary>
[Function("resolveClaim")]
public sealed class ResolveClaimFunction : FunctionMessage
{
    /// <summary>Contract index.</summary>
    [Parameter("uint256", "_claimIndex", 1)]
    public ulong ClaimIndex { get; set; }

    /// <summary>How many children to take into account.</summary>
    [Parameter("uint256", "_numToResolve", 2)]
    public ulong Children { get; set; }
}

/// <summary>Resolves the game.</summary>
[Function("resolve")]
public sealed class ResolveFunction : FunctionMessage;

/// <summary>2.x: closes the game, which fixes how bonds are distributed.</summary>
[Function("closeGame")]
public sealed class CloseGameFunction : FunctionMessage;

/// <summary>Pays what the game owes a recipient.</summary>
[Function("claimCredit")]
public sealed class ClaimCreditFunction : FunctionMessage
{
    /// <summary>The recipient.</summary>
    [Parameter("address", "_recipient", 1)]
    public string Recipient { get; set; } = "";
}

/// <summary>Proves that the root claim is the output of another block than the proposed one.</summary>
[Function("challengeRootL2Block")]
public sealed class ChallengeRootL2BlockFunction : FunctionMessage
{
    /// <summary>What the root claim is the hash of.</summary>
    [Parameter("tuple", "_outputRootProof", 1)]
    public OutputRootProof OutputRootProof { get; set; } = new();

    /// <summary>The header of the block that the root belongs to, as RLP.</summary>
    [Parameter("bytes", "_headerRLP", 2)]
    public byte[] HeaderRlp { get; set; } = [];
}

/// <summary>The parts of an output root of version 0.</summary>
public sealed class OutputRootProof
{
    /// <summary>32 zero bytes.</summary>
    [Parameter("bytes32", "version", 1)]
    public byte[] Version { get; set; } = [];

    /// <summary>State root of the L2 block.</summary>
    [Parameter("bytes32", "stateRoot", 2)]
    public byte[] StateRoot { get; set; } = [];

    /// <summary>Storage root of the message passer in it.</summary>
    [Parameter("bytes32", "messagePasserStorageRoot", 3)]
    public byte[] MessagePasserStorageRoot { get; set; } = [];

    /// <summary>Its hash.</summary>
    [Parameter("bytes32", "latestBlockhash", 4)]
    public byte[] LatestBlockhash { get; set; } = [];
}

/// <summary>A claim was posted. It carries no claim index.</summary>
[Event("Move")]
public sealed class MoveEvent : IEventDTO
{
    /// <summary>Contract index of the parent.</summary>
    [Parameter("uint256", "parentIndex", 1, true)]
    public ulong ParentIndex { get; set; }

    /// <summary>The value.</summary>
    [Parameter("bytes32", "claim", 2, true)]
    public byte[] Claim { get; set; } = [];

    /// <summary>Who posted it.</summary>
    [Parameter("address", "claimant", 3, true)]
    public string Claimant { get; set; } = "";
}

/// <summary>The game was resolved.</summary>
[Event("Resolved")]
public sealed class ResolvedEvent : IEventDTO
{
    /// <summary>Who won.</summary>
    [Parameter("uint8", "status", 1, true)]
    public byte Status { get; set; }
}
