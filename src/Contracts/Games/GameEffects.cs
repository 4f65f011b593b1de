using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>Small questions by which it is found out whether an action's effect is on the chain already.</summary>
public static class GameEffects
{
    private static readonly AbiFunction ClaimsFunction = new("claims(bytes32)");

    /// <summary>The game's status.</summary>
    public static Read<GameStatus> Status(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.Status, null, data => (GameStatus)data.UInt8());
    }

    /// <summary>How many claims the game has.</summary>
    public static Read<uint> ClaimCount(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.ClaimDataLength, null, data => data.UInt32());
    }

    /// <summary>Whether a claim with this contract hash (value, position and parent) has been posted by anyone.</summary>
    public static Read<bool> ClaimExists(ReadBatch batch, Address game, Hash32 contractHash)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, ClaimsFunction, a => a.Bytes32(contractHash), data => data.Bool());
    }

    /// <summary>The bond of a position, in wei.</summary>
    public static Read<UInt256> RequiredBond(ReadBatch batch, Address game, Position position)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.RequiredBond, a => a.UInt128(position.GIndex), data => data.UInt());
    }

    /// <summary>Whether a claim's subgame is resolved.</summary>
    public static Read<bool> SubgameResolved(ReadBatch batch, Address game, uint claimIndex)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.ResolvedSubgames, a => a.UInt64(claimIndex), data => data.Bool());
    }

    /// <summary>Who challenged the root's block number; zero if nobody.</summary>
    public static Read<Address> BlockChallenger(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.L2BlockNumberChallenger, null, data => data.Address());
    }

    /// <summary>2.x: whether the game is closed.</summary>
    public static Read<bool> IsClosed(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.BondDistributionMode, null, data => data.UInt8() != (byte)BondDistributionMode.Undecided);
    }

    /// <summary>2.x: whether a recipient's credit is unlocked.</summary>
    public static Read<bool> HasUnlockedCredit(ReadBatch batch, Address game, Address recipient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.HasUnlockedCredit, a => a.Address(recipient), data => data.Bool());
    }

    /// <summary>What the game owes a recipient, in wei.</summary>
    public static Read<UInt256> Credit(ReadBatch batch, Address game, Address recipient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, FaultDisputeGame.Get.Credit, a => a.Address(recipient), data => data.UInt());
    }
}
