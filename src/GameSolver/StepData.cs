namespace Gavel.GameSolver;

/// <summary>What one call of <c>step</c> needs.</summary>
/// <param name="PreState">The VM state before the step, as the contract hashes it.</param>
/// <param name="Proof">The VM's proof of the memory that the step touches.</param>
/// <param name="Preimage">The part of a preimage that the oracle must hold before the step, or null where it reads none.</param>
public sealed record StepData(ReadOnlyMemory<byte> PreState, ReadOnlyMemory<byte> Proof, PreimagePart? Preimage = null);

/// <summary>A part of a preimage that a step reads.</summary>
/// <param name="Key">Preimage key; its first byte is the type.</param>
/// <param name="Offset">Byte offset of the part in the length-prefixed preimage.</param>
/// <param name="Data">The whole preimage, without the length prefix.</param>
public sealed record PreimagePart(Hash32 Key, uint Offset, ReadOnlyMemory<byte> Data);

/// <summary>The arguments of <c>challengeRootL2Block</c>: the preimage of an output root, and the header it names.</summary>
/// <param name="Version">Output root version.</param>
/// <param name="StateRoot">State root of the L2 block.</param>
/// <param name="MessagePasserStorageRoot">Storage root of the message passer at that block.</param>
/// <param name="LatestBlockHash">Hash of that block.</param>
/// <param name="HeaderRlp">RLP of its header.</param>
public sealed record RootBlockProof(
    Hash32 Version,
    Hash32 StateRoot,
    Hash32 MessagePasserStorageRoot,
    Hash32 LatestBlockHash,
    ReadOnlyMemory<byte> HeaderRlp);
