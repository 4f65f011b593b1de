using Gavel.Contracts.Messages;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>What every contract of a bisection game, or its implementation, answers of its constants. All of it is optional, for contracts of other kinds.</summary>
internal sealed class BisectionReads(ReadBatch batch, Address contract)
{
    public Read<string> Version { get; } = batch.Text<VersionFunction>(contract, optional: true);

    public Read<ulong> MaxDepth { get; } = batch.Count<MaxGameDepthFunction>(contract, optional: true);

    public Read<ulong> SplitDepth { get; } = batch.Count<SplitDepthFunction>(contract, optional: true);

    /// <summary>Seconds.</summary>
    public Read<ulong> MaxClock { get; } = batch.UInt64<MaxClockDurationFunction>(contract, optional: true);

    /// <summary>Seconds.</summary>
    public Read<ulong> Extension { get; } = batch.UInt64<ClockExtensionFunction>(contract, optional: true);

    public Read<Hash32> Prestate { get; } = batch.Word<AbsolutePrestateFunction>(contract, optional: true);

    public Read<Address> Vm { get; } = batch.Address<VmFunction>(contract, optional: true);

    public Read<Address> Weth { get; } = batch.Address<WethFunction>(contract, optional: true);

    public Read<Address> Registry { get; } = batch.Address<AnchorStateRegistryFunction>(contract, optional: true);

    public Read<Address> Proposer { get; } = batch.Address<ProposerFunction>(contract, optional: true);

    public Read<Address> Challenger { get; } = batch.Address<ChallengerFunction>(contract, optional: true);

    public Read<BondDistributionMode> Mode { get; } = batch.Enumeration<BondDistributionModeFunction, BondDistributionMode>(contract, BondDistributionMode.Refund, optional: true);

    public Read<UInt256> SequenceNumber { get; } = batch.Number<L2SequenceNumberFunction>(contract, optional: true);

    /// <summary>Wei by depth; none before <see cref="AddBonds"/>.</summary>
    public IReadOnlyList<Read<UInt256>> Bonds { get; private set; } = [];

    /// <summary>Whether the depths make a game. Only where both are known.</summary>
    public bool HasDepths => MaxDepth.HasValue && SplitDepth.HasValue && MaxDepth.Value is > 0 and <= Position.MaxDepth && SplitDepth.Value < MaxDepth.Value;

    /// <summary>What is wrong with depths that make no game.</summary>
    public ReadTrouble DepthTrouble => ReadTrouble.Lasting($"maximum depth {MaxDepth.Value} and split depth {SplitDepth.Value} make no game");

    /// <summary>Adds the bonds, once the depth is known.</summary>
    public void AddBonds(ReadBatch bondBatch) => Bonds = FaultDisputeGame.RequiredBonds(bondBatch, contract, (int)MaxDepth.Value, optional: true);

    /// <summary>The bonds as they were told. Only where each has an answer.</summary>
    public BondTable ToBondTable() => new(Bonds.Select(bond => bond.Value));

    /// <summary>What a contract has not is a revert; anything else is a node's bad moment, and tells nothing of what it has. Null where there was none.</summary>
    public static ReadTrouble? UnknownOf(params PendingRead[] reads) => ReadTrouble.Of([.. reads.Where(read => read.Fault is not (null or ReadFault.Reverted))]);
}
