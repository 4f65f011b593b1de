using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// The <c>PreimageOracle</c>: where the on-chain VM finds the parts of preimages that a step reads. A part is 32 bytes of
/// (8-byte big-endian length ++ data) at an offset; valid offsets are 0 … length + 7.
/// </summary>
public static class PreimageOracle
{
    /// <summary>Whether the part at an offset of the preimage under a key is loaded.</summary>
    public static Read<bool> PartOk(ReadBatch batch, Address oracle, Hash32 key, ulong offset) =>
        batch.Flag(oracle, message: new PreimagePartOkFunction { Key = key.ToAbi(), Offset = offset });

    /// <summary>From this size on (bytes) a keccak preimage may be loaded as a large proposal over several transactions.</summary>
    public static Read<ulong> MinProposalSize(ReadBatch batch, Address oracle) => batch.Count<MinProposalSizeFunction>(oracle);

    /// <summary>Seconds that a large proposal can be challenged; on newer games also part of the clock extension before the last depth.</summary>
    public static Read<ulong> ChallengePeriod(ReadBatch batch, Address oracle) => batch.Count<ChallengePeriodFunction>(oracle);

    /// <summary>The oracle's version: 1.0 and 1.1 differ in precompile preimages.</summary>
    public static Read<string> Version(ReadBatch batch, Address oracle) => batch.Text<VersionFunction>(oracle);

    /// <summary>The call that loads the part at an offset of a keccak256 preimage.</summary>
    /// <param name="oracle">The oracle of the game's VM.</param>
    /// <param name="offset">Offset of the part, counting the 8-byte length.</param>
    /// <param name="preimage">The whole preimage, without the length.</param>
    public static ContractCall LoadKeccak(Address oracle, ulong offset, ReadOnlyMemory<byte> preimage) =>
        ContractCall.Of(oracle, new LoadKeccak256PreimagePartFunction { PartOffset = offset, Preimage = preimage.ToArray() });

    /// <summary>The call that loads the part at an offset of a sha256 preimage; arguments as <see cref="LoadKeccak"/>.</summary>
    public static ContractCall LoadSha256(Address oracle, ulong offset, ReadOnlyMemory<byte> preimage) =>
        ContractCall.Of(oracle, new LoadSha256PreimagePartFunction { PartOffset = offset, Preimage = preimage.ToArray() });

    internal static Read<ulong> MaybeChallengePeriod(ReadBatch batch, Address oracle) => batch.Count<ChallengePeriodFunction>(oracle, optional: true);
}
