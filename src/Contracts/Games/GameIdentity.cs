using Gavel.Contracts.Messages;

namespace Gavel.Contracts;

/// <summary>What a game itself answers about itself; all of it optional, for games of kinds that we do not know.</summary>
internal sealed class GameIdentity(ReadBatch batch, Address game)
{
    private readonly Read<UInt256> _sequenceNumber = batch.Number<L2SequenceNumberFunction>(game, optional: true);
    private readonly Read<UInt256> _startingBlock = batch.Number<StartingBlockNumberFunction>(game, optional: true);
    private readonly Read<GameDataAnswer> _data = batch.AddOptional<GameDataFunction, GameDataAnswer, GameDataAnswer>(game, new(), static answer => answer);
    private readonly Read<uint> _parent = batch.UInt32<ParentIndexFunction>(game, optional: true);

    public Read<Hash32> RootClaim { get; } = batch.Word<RootClaimFunction>(game, optional: true);

    public Read<Hash32> L1Head { get; } = batch.Word<L1HeadFunction>(game, optional: true);

    public Read<UInt256> L2BlockNumber { get; } = batch.Number<L2BlockNumberFunction>(game, optional: true);

    public Read<Address> Creator { get; } = batch.Address<GameCreatorFunction>(game, optional: true);

    public Read<StartingOutputRootAnswer> Starting { get; } = StartingOf(batch, game);

    /// <summary>
    /// What a game without a proposed block says of its place. What it counts follows from what it answers otherwise: one that starts from a block counts blocks;
    /// one whose extra data is a super root of just this number counts seconds. Null where it has a block, or says nothing.
    /// </summary>
    public ProposedPoint? Sequence => L2BlockNumber.HasValue || !_sequenceNumber.HasValue ? null : new ProposedPoint(
        _sequenceNumber.Value,
        _startingBlock.HasValue ? SequenceUnit.Block
            : _data.HasValue && SuperCloneArguments.Claim(_data.Value.ExtraData, RootClaim.ValueOr(default))?.Timestamp == _sequenceNumber.Value ? SequenceUnit.Timestamp
            : SequenceUnit.Unknown);

    /// <summary>Place in the factory's list of the game that this one builds on, all ones for the anchor; null where it builds on none.</summary>
    public uint? ParentIndex => _parent.HasValue ? _parent.Value : null;

    /// <summary>Why one of them has no answer; null if all have.</summary>
    public ReadTrouble? Trouble => ReadTrouble.Of(RootClaim, L1Head, L2BlockNumber, Creator, Starting);

    /// <summary>The agreed output root that the game starts from.</summary>
    public static Read<StartingOutputRootAnswer> StartingOf(ReadBatch batch, Address game) =>
        batch.AddOptional<StartingOutputRootFunction, StartingOutputRootAnswer, StartingOutputRootAnswer>(game, new(), static answer => answer);
}
