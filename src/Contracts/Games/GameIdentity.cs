using Gavel.Contracts.Messages;

namespace Gavel.Contracts;

/// <summary>What a game itself answers about itself; all of it optional, for games of kinds that we do not know.</summary>
internal sealed class GameIdentity(ReadBatch batch, Address game)
{
    public Read<Hash32> RootClaim { get; } = batch.Word<RootClaimFunction>(game, optional: true);

    public Read<Hash32> L1Head { get; } = batch.Word<L1HeadFunction>(game, optional: true);

    public Read<UInt256> L2BlockNumber { get; } = batch.Number<L2BlockNumberFunction>(game, optional: true);

    public Read<Address> Creator { get; } = batch.Address<GameCreatorFunction>(game, optional: true);

    public Read<StartingOutputRootAnswer> Starting { get; } = StartingOf(batch, game);

    /// <summary>Why one of them has no answer; null if all have.</summary>
    public ReadTrouble? Trouble => ReadTrouble.Of(RootClaim, L1Head, L2BlockNumber, Creator, Starting);

    /// <summary>The agreed output root that the game starts from.</summary>
    public static Read<StartingOutputRootAnswer> StartingOf(ReadBatch batch, Address game) =>
        batch.AddOptional<StartingOutputRootFunction, StartingOutputRootAnswer, StartingOutputRootAnswer>(game, new(), static answer => answer);
}
