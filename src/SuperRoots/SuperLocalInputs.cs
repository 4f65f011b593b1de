using System.Buffers.Binary;
using Gavel.GameSolver;

namespace Gavel.SuperRoots;

/// <summary>
/// The local data of one execution branch of a super game, each as the game's <c>addLocalData</c> writes it, and the agreed bytes that the program needs besides.
/// </summary>
/// <param name="L1Head">Datum 1.</param>
/// <param name="AgreedClaim">Datum 2: keccak of the agreed bytes.</param>
/// <param name="DisputedClaim">Datum 3.</param>
/// <param name="Timestamp">Datum 4: the timestamp that the game claims, the same in all of its branches and not the leaf's.</param>
/// <param name="AgreedPreimage">The agreed bytes. No datum; preimage servers want them.</param>
public sealed record SuperLocalInputs(Hash32 L1Head, Hash32 AgreedClaim, Hash32 DisputedClaim, ulong Timestamp, ReadOnlyMemory<byte> AgreedPreimage)
{
    /// <summary>The local data of a branch.</summary>
    /// <param name="l1Head">Hash of the game's L1 head.</param>
    /// <param name="trace">The honest trace of the game.</param>
    /// <param name="branch">Agreed and disputed claim.</param>
    /// <returns>Unavailable where the trace is, and where the agreed claim is not honest: then there is nothing to defend, and we do not know its bytes.</returns>
    public static TraceAnswer<SuperLocalInputs> Of(Hash32 l1Head, SuperTrace trace, ExecutionBranch branch)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(branch);
        TraceAnswer<SuperClaim> agreed = branch.Agreed is { } claim ? trace.ClaimAt(claim.Position) : TraceAnswer.Of(SuperClaim.Of(trace.Start));
        if (!agreed.IsAvailable)
        {
            return TraceAnswer.Unavailable<SuperLocalInputs>(agreed.Reason, agreed.Want);
        }

        if (branch.Agreed is { } told && told.Value != agreed.Value.Value)
        {
            return TraceAnswer.Unavailable<SuperLocalInputs>($"claim {told.Value} at position {told.Position}, which the branch starts from, is not the honest {agreed.Value}");
        }

        return TraceAnswer.Of(new SuperLocalInputs(l1Head, agreed.Value.Value, branch.Disputed.Value, trace.Timeline.Claimed, agreed.Value.Preimage));
    }

    /// <summary>What the program ends with on a branch: that it confirms the disputed claim where that is the honest one, and refutes any other.</summary>
    public static TraceAnswer<VmStatus> StatusOf(SuperTrace trace, ExecutionBranch branch)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(branch);
        TraceAnswer<SuperClaim> honest = trace.ClaimAt(branch.Disputed.Position);
        return honest.IsAvailable
            ? TraceAnswer.Of(honest.Value.Value == branch.Disputed.Value ? VmStatus.Valid : VmStatus.Invalid)
            : TraceAnswer.Unavailable<VmStatus>(honest.Reason, honest.Want);
    }

    /// <summary>Bytes of a datum by its identifier 1 … 4: hashes whole, the timestamp as 8 big-endian bytes.</summary>
    /// <returns>Null for any other identifier, 5 among them: the game refuses it.</returns>
    public byte[]? Datum(ulong ident) => ident switch
    {
        1 => L1Head.ToArray(),
        2 => AgreedClaim.ToArray(),
        3 => DisputedClaim.ToArray(),
        4 => BigEndian(Timestamp),
        _ => null,
    };

    private static byte[] BigEndian(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
