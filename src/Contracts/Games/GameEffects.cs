using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>Small questions by which it is found out whether an action's effect is on the chain already.</summary>
public static class GameEffects
{
    /// <summary>The game's status.</summary>
    public static Read<GameStatus> Status(ReadBatch batch, Address game) => batch.Enumeration<StatusFunction, GameStatus>(game, GameStatus.DefenderWins);

    /// <summary>Hash of the L1 block that the game is judged by, which tells it from another that stood at its address before a reorganisation.</summary>
    public static Read<Hash32> L1Head(ReadBatch batch, Address game) => batch.Word<L1HeadFunction>(game);

    /// <summary>How many claims the game has.</summary>
    public static Read<ulong> ClaimCount(ReadBatch batch, Address game) => batch.Count<ClaimDataLenFunction>(game);

    /// <summary>Whether a claim with this contract hash (value, position and parent) has been posted by anyone.</summary>
    public static Read<bool> ClaimExists(ReadBatch batch, Address game, Hash32 contractHash) =>
        batch.Flag(game, message: new ClaimsFunction { Hash = contractHash.ToAbi() });

    /// <summary>The bond of a position, in wei.</summary>
    public static Read<UInt256> RequiredBond(ReadBatch batch, Address game, Position position) =>
        batch.Number(game, message: new GetRequiredBondFunction { Position = position.GIndex });

    /// <summary>Whether a claim's subgame is resolved.</summary>
    public static Read<bool> SubgameResolved(ReadBatch batch, Address game, uint claimIndex) =>
        batch.Flag(game, message: new ResolvedSubgamesFunction { Index = claimIndex });

    /// <summary>Who challenged the root's block number; zero if nobody.</summary>
    public static Read<Address> BlockChallenger(ReadBatch batch, Address game) => batch.Address<L2BlockNumberChallengerFunction>(game);

    /// <summary>2.x: whether the game is closed.</summary>
    public static Read<bool> IsClosed(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add<BondDistributionModeFunction, ByteAnswer, bool>(
            game, new(), static answer => answer.Value != (byte)BondDistributionMode.Undecided);
    }

    /// <summary>2.x: whether a recipient's credit is unlocked.</summary>
    public static Read<bool> HasUnlockedCredit(ReadBatch batch, Address game, Address recipient) =>
        batch.Flag(game, message: new HasUnlockedCreditFunction { Account = recipient.ToAbi() });

    /// <summary>What the game owes a recipient, in wei.</summary>
    public static Read<UInt256> Credit(ReadBatch batch, Address game, Address recipient) =>
        batch.Number(game, message: new CreditFunction { Recipient = recipient.ToAbi() });
}
