namespace Gavel.Cannon;

/// <summary>What the contract needs to execute one step (cannon-vm section 4).</summary>
public sealed class StepProof
{
    /// <summary>Steps executed before this one.</summary>
    public required ulong Step { get; init; }

    /// <summary>State hash before the step.</summary>
    public required Hash32 Pre { get; init; }

    /// <summary>State hash after the step.</summary>
    public required Hash32 Post { get; init; }

    /// <summary>The witness of the state before the step: 188 or 226 bytes.</summary>
    public required byte[] StateData { get; init; }

    /// <summary>Thread witness (64-bit VM) and memory proofs: 6090 or 1792 bytes. Slots that the step does not use are zero.</summary>
    public required byte[] ProofData { get; init; }

    /// <summary>The preimage bytes that the step reads, if it reads any.</summary>
    public StepPreimage? Preimage { get; init; }
}

/// <summary>The preimage part of a step proof.</summary>
/// <param name="Key">The key as the guest wrote it: a local key is not yet bound to a game.</param>
/// <param name="Value">The value with its 8-byte big-endian length prefix.</param>
/// <param name="Offset">Offset before the read, counting the prefix.</param>
public sealed record StepPreimage(Hash32 Key, byte[] Value, ulong Offset);
