using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// The <c>PreimageOracle</c>: where the on-chain VM finds the parts of preimages that a step reads. A part is 32 bytes of
/// (8-byte big-endian length ++ data) at an offset; valid offsets are 0 … length + 7.
/// </summary>
public static class PreimageOracle
{
    private static readonly AbiFunction PartOkFunction = new("preimagePartOk(bytes32,uint256)");
    private static readonly AbiFunction MinProposalSizeFunction = new("minProposalSize()");
    private static readonly AbiFunction ChallengePeriodFunction = new("challengePeriod()");
    private static readonly AbiFunction VersionFunction = new("version()");

    /// <summary>Loads a part of a keccak256 preimage.</summary>
    public static AbiFunction LoadKeccakFunction { get; } = new("loadKeccak256PreimagePart(uint256,bytes)");

    /// <summary>Loads a part of a sha256 preimage.</summary>
    public static AbiFunction LoadSha256Function { get; } = new("loadSha256PreimagePart(uint256,bytes)");

    /// <summary>Whether the part at an offset of the preimage under a key is loaded.</summary>
    public static Read<bool> PartOk(ReadBatch batch, Address oracle, Hash32 key, ulong offset)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(oracle, PartOkFunction, a => a.Bytes32(key).UInt64(offset), data => data.Bool());
    }

    /// <summary>From this size on (bytes) a keccak preimage may be loaded as a large proposal over several transactions.</summary>
    public static Read<ulong> MinProposalSize(ReadBatch batch, Address oracle)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(oracle, MinProposalSizeFunction, null, data => data.UInt64());
    }

    /// <summary>Seconds that a large proposal can be challenged; on newer games also part of the clock extension before the last depth.</summary>
    public static Read<ulong> ChallengePeriod(ReadBatch batch, Address oracle)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(oracle, ChallengePeriodFunction, null, data => data.UInt64());
    }

    /// <summary>The oracle's version: 1.0 and 1.1 differ in precompile preimages.</summary>
    public static Read<string> Version(ReadBatch batch, Address oracle)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(oracle, VersionFunction, null, data => data.String());
    }

    /// <summary>The call that loads the part at an offset of a keccak256 preimage.</summary>
    /// <param name="oracle">The oracle of the game's VM.</param>
    /// <param name="offset">Offset of the part, counting the 8-byte length.</param>
    /// <param name="preimage">The whole preimage, without the length.</param>
    public static ContractCall LoadKeccak(Address oracle, ulong offset, ReadOnlyMemory<byte> preimage) =>
        ContractCall.Of(oracle, LoadKeccakFunction, a => a.UInt64(offset).Bytes(preimage.Span));

    /// <summary>The call that loads the part at an offset of a sha256 preimage; arguments as <see cref="LoadKeccak"/>.</summary>
    public static ContractCall LoadSha256(Address oracle, ulong offset, ReadOnlyMemory<byte> preimage) =>
        ContractCall.Of(oracle, LoadSha256Function, a => a.UInt64(offset).Bytes(preimage.Span));
}
