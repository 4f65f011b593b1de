using Gavel.Contracts.Messages;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>The constants that a game or its implementation answers, asked for in two steps: bonds follow from the depth.</summary>
internal sealed class GameConstants
{
    private readonly Address _contract;
    private readonly Read<string> _version;
    private readonly Read<ulong> _maxDepth;
    private readonly Read<ulong> _splitDepth;
    private readonly Read<ulong> _maxClock;
    private readonly Read<ulong> _extension;
    private readonly Read<Hash32> _prestate;
    private readonly Read<Address> _vm;
    private readonly Read<Address> _weth;
    private readonly Read<Address> _registry;
    private readonly Read<ulong> _chainId;
    private readonly Read<Address> _proposer;
    private readonly Read<Address> _challenger;
    private readonly Read<BondDistributionMode> _mode;
    private readonly Read<UInt256> _sequenceNumber;
    private IReadOnlyList<Read<UInt256>> _bonds = [];

    public GameConstants(ReadBatch batch, Address contract)
    {
        _contract = contract;
        _version = batch.Text<VersionFunction>(contract, optional: true);
        _maxDepth = batch.Count<MaxGameDepthFunction>(contract, optional: true);
        _splitDepth = batch.Count<SplitDepthFunction>(contract, optional: true);
        _maxClock = batch.UInt64<MaxClockDurationFunction>(contract, optional: true);
        _extension = batch.UInt64<ClockExtensionFunction>(contract, optional: true);
        _prestate = batch.Word<AbsolutePrestateFunction>(contract, optional: true);
        _vm = batch.Address<VmFunction>(contract, optional: true);
        _weth = batch.Address<WethFunction>(contract, optional: true);
        _registry = batch.Address<AnchorStateRegistryFunction>(contract, optional: true);
        _chainId = batch.Count<L2ChainIdFunction>(contract, optional: true);
        _proposer = batch.Address<ProposerFunction>(contract, optional: true);
        _challenger = batch.Address<ChallengerFunction>(contract, optional: true);
        _mode = batch.Enumeration<BondDistributionModeFunction, BondDistributionMode>(contract, BondDistributionMode.Refund, optional: true);
        _sequenceNumber = batch.Number<L2SequenceNumberFunction>(contract, optional: true);
    }

    /// <summary>What the contract says of its version; empty if it says nothing.</summary>
    public string Version => _version.ValueOr("");

    /// <summary>The rules that it plays by; null where they are not known.</summary>
    public RuleSet? RuleSet => Contracts.RuleSet.Of(Version, _mode.HasValue, _sequenceNumber.HasValue);

    /// <summary>Why no game can be played with these constants, as far as they were read; null if nothing stands against it.</summary>
    public ReadTrouble? Trouble
    {
        get
        {
            if (ReadTrouble.Of(_version, _maxDepth, _splitDepth, _maxClock, _extension) is { } trouble)
            {
                return trouble;
            }

            // What it has not is a revert; anything else is a node's bad moment, and tells nothing of what it has.
            if (ReadTrouble.Of([.. new PendingRead[] { _mode, _sequenceNumber }.Where(read => read.Fault is not (null or ReadFault.Reverted))]) is { } unknown)
            {
                return unknown;
            }

            if (RuleSet is null)
            {
                return ReadTrouble.Lasting($"its rules are not known (version \"{Version}\")");
            }

            return _maxDepth.Value is > 0 and <= Position.MaxDepth && _splitDepth.Value < _maxDepth.Value
                ? ReadTrouble.Of([.. _bonds])
                : ReadTrouble.Lasting($"maximum depth {_maxDepth.Value} and split depth {_splitDepth.Value} make no game");
        }
    }

    /// <summary>Why what belongs to a chain could not be read from this contract; null if it could.</summary>
    public ReadTrouble? ChainTrouble => ReadTrouble.Of(_prestate, _vm, _weth, _registry, _chainId)
        ?? (_proposer.Fault is null or ReadFault.Reverted ? null : ReadTrouble.Of(_proposer))
        ?? (_challenger.Fault is null or ReadFault.Reverted ? null : ReadTrouble.Of(_challenger));

    public ChainConstants Chain => new(
        _prestate.Value,
        _vm.Value,
        _weth.Value,
        _registry.Value,
        _chainId.Value,
        _proposer.HasValue && _challenger.HasValue ? (_proposer.Value, _challenger.Value) : null);

    /// <summary>Adds the bonds, once the depth is known.</summary>
    public void AddBonds(ReadBatch batch) => _bonds = FaultDisputeGame.RequiredBonds(batch, _contract, (int)_maxDepth.Value, optional: true);

    /// <summary>The rules that come from these constants. Only where <see cref="Trouble"/> is null after <see cref="AddBonds"/>.</summary>
    public GameParameters ToParameters() => new(
        Version, RuleSet!, (int)_maxDepth.Value, (int)_splitDepth.Value, _maxClock.Value, _extension.Value, new BondTable(_bonds.Select(bond => bond.Value)));
}

/// <summary>What is the same for all games of an implementation.</summary>
internal sealed record GameParameters(
    string Version, RuleSet RuleSet, int MaxDepth, int SplitDepth, ulong MaxClock, ulong Extension, BondTable Bonds);

/// <summary>Why something that was read does not do.</summary>
/// <param name="Text">For people.</param>
/// <param name="IsNodes">True when a node could not make a call, so that nothing is known.</param>
internal sealed record ReadTrouble(string Text, bool IsNodes)
{
    /// <summary>What the contract itself said.</summary>
    public static ReadTrouble Lasting(string text) => new(text, false);

    /// <summary>Of the first read that has no value; null if all have one.</summary>
    public static ReadTrouble? Of(params IReadOnlyList<PendingRead> reads)
    {
        PendingRead? failed = reads.FirstOrDefault(read => read.Fault == ReadFault.Unanswered)
            ?? reads.FirstOrDefault(read => !read.HasValue);
        return failed is null ? null : new ReadTrouble($"{failed.Function} of {failed.Contract}: {failed.Problem}", failed.Fault == ReadFault.Unanswered);
    }
}
