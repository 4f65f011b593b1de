using System.Buffers.Binary;
using Gavel.Cannon.Preimages;

namespace Gavel.Devnet;

/// <summary>
/// The local values of one dispute, as the game gives them to the program (<c>addLocalData</c> of <c>FaultDisputeGame</c>, idents 1 to 5).
/// </summary>
/// <param name="L1Head">Hash of the game's L1 head.</param>
/// <param name="AgreedOutput">The output root that both sides accept.</param>
/// <param name="ClaimedOutput">The disputed output root.</param>
/// <param name="L2BlockNumber">The block that the disputed root claims to be of.</param>
/// <param name="L2ChainId">The rollup's chain id.</param>
public sealed record DisputedClaim(Hash32 L1Head, Hash32 AgreedOutput, Hash32 ClaimedOutput, ulong L2BlockNumber, ulong L2ChainId)
{
    /// <summary>The values by their keys: three of 32 bytes, two big-endian numbers of 8.</summary>
    public IReadOnlyDictionary<Hash32, byte[]> ToPreimages() => new Dictionary<Hash32, byte[]>
    {
        [PreimageKey.Local(1)] = L1Head.ToArray(),
        [PreimageKey.Local(2)] = AgreedOutput.ToArray(),
        [PreimageKey.Local(3)] = ClaimedOutput.ToArray(),
        [PreimageKey.Local(4)] = Number(L2BlockNumber),
        [PreimageKey.Local(5)] = Number(L2ChainId),
    };

    private static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
