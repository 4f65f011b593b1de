using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.SuperRoots;

namespace Gavel.Contracts;

/// <summary>What one game is asked to find out whether it is a super game, and of which kind. All of it is optional, for games of other kinds.</summary>
internal sealed class SuperGameReads
{
    private readonly Address _game;
    private readonly Read<GameDataAnswer> _data;
    private readonly Read<Hash32> _l1Head;
    private readonly Read<Address> _creator;
    private readonly Read<string> _version;
    private readonly Read<UInt256> _sequenceNumber;
    private readonly Read<Address> _registry;
    private readonly Read<Hash32> _prestate;
    private readonly Read<Address> _vm;
    private readonly Read<Address> _weth;
    private readonly Read<ulong> _maxDepth;
    private readonly Read<ulong> _splitDepth;
    private readonly Read<ulong> _maxClock;
    private readonly Read<ulong> _extension;
    private readonly Read<BondDistributionMode> _mode;
    private readonly Read<StartingProposalAnswer> _starting;
    private readonly Read<Address> _proposer;
    private readonly Read<Address> _challenger;
    private Read<Hash32>? _first;
    private Read<ulong>? _delay;
    private IReadOnlyList<Read<UInt256>> _bonds = [];

    public SuperGameReads(ReadBatch batch, Address game)
    {
        _game = game;
        _data = batch.AddOptional<GameDataFunction, GameDataAnswer, GameDataAnswer>(game, new(), static answer => answer);
        _l1Head = batch.Word<L1HeadFunction>(game, optional: true);
        _creator = batch.Address<GameCreatorFunction>(game, optional: true);
        _version = batch.Text<VersionFunction>(game, optional: true);
        _sequenceNumber = batch.Number<L2SequenceNumberFunction>(game, optional: true);
        _registry = batch.Address<AnchorStateRegistryFunction>(game, optional: true);
        _prestate = batch.Word<AbsolutePrestateFunction>(game, optional: true);
        _vm = batch.Address<VmFunction>(game, optional: true);
        _weth = batch.Address<WethFunction>(game, optional: true);
        _maxDepth = batch.Count<MaxGameDepthFunction>(game, optional: true);
        _splitDepth = batch.Count<SplitDepthFunction>(game, optional: true);
        _maxClock = batch.UInt64<MaxClockDurationFunction>(game, optional: true);
        _extension = batch.UInt64<ClockExtensionFunction>(game, optional: true);
        _mode = batch.Enumeration<BondDistributionModeFunction, BondDistributionMode>(game, BondDistributionMode.Refund, optional: true);
        _starting = batch.AddOptional<StartingProposalFunction, StartingProposalAnswer, StartingProposalAnswer>(game, new(), static answer => answer);
        _proposer = batch.Address<ProposerFunction>(game, optional: true);
        _challenger = batch.Address<ChallengerFunction>(game, optional: true);
    }

    /// <summary>The super root that the contract says was claimed; null where it claims none.</summary>
    public SuperRoot? Claimed => _data.HasValue && SuperCloneArguments.Claim(_data.Value.ExtraData, _data.Value.RootClaim.ToHash32()) is { } root
        && _sequenceNumber.HasValue && _sequenceNumber.Value == root.Timestamp ? root : null;

    public uint GameType => _data.Value.GameType;

    public Hash32 L1Head => _l1Head.ValueOr(default);

    public Address Creator => _creator.ValueOr(default);

    public string Version => _version.ValueOr("");

    public Address Registry => _registry.ValueOr(default);

    public Address? Proposer => _proposer.HasValue ? _proposer.Value : null;

    public Address? Vm => _vm.HasValue ? _vm.Value : null;

    /// <summary>A game that reverts at its depths has no claims; one that was not answered for is taken for one that has.</summary>
    public SuperGameKind Kind => _maxDepth.Fault == ReadFault.Reverted && _splitDepth.Fault == ReadFault.Reverted ? SuperGameKind.Published
        : _proposer.HasValue && _challenger.HasValue ? SuperGameKind.Permissioned
        : SuperGameKind.Fault;

    private RuleSet? RuleSet => RuleSet.OfSuper(Version, _mode.HasValue, _first?.HasValue == true && _first.Value == Claimed!.Chains[0].OutputRoot);

    /// <summary>Adds what depends on what is known. Only where there is a <see cref="Claimed"/>.</summary>
    public void AddRest(ReadBatch batch)
    {
        _first = batch.Word(_game, optional: true, new RootClaimByChainIdFunction { ChainId = Claimed!.Chains[0].ChainId.ToBigInteger() });
        if (HasDepths)
        {
            _bonds = FaultDisputeGame.RequiredBonds(batch, _game, (int)_maxDepth.Value, optional: true);
        }

        _delay = _weth.HasValue ? DelayedWeth.MaybeDelay(batch, _weth.Value) : null;
    }

    /// <summary>In what the contract's own words differ from those that its clone holds; null where they do not.</summary>
    public string? DifferenceFrom(SuperCloneArguments clone) =>
        Differs("game type", clone.GameType, GameType)
        ?? Differs("root claim", clone.Claimed.Hash, Claimed!.Hash)
        ?? Differs("L1 head", clone.L1Head, L1Head)
        ?? Differs("creator", clone.Creator, Creator)
        ?? Differs("kind", clone.Kind, Kind)
        ?? Differs("registry", clone.AnchorStateRegistry, Registry)
        ?? (clone.Kind == SuperGameKind.Fault ? null : Differs("proposer", clone.Proposer, Proposer))
        ?? (clone.Kind != SuperGameKind.Permissioned ? null : Differs("challenger", clone.Challenger, _challenger.ValueOr(default)))
        ?? (clone.Dispute is not { } dispute ? null
            : Differs("prestate", dispute.AbsolutePrestate, _prestate.ValueOr(default)) ?? Differs("VM", dispute.Vm, _vm.ValueOr(default)) ?? Differs("bond store", dispute.Weth, _weth.ValueOr(default)));

    /// <summary>Why the game's identity or, where it has claims, its rules are not known; null where they are.</summary>
    public ReadTrouble? Trouble
    {
        get
        {
            if (ReadTrouble.Of(_l1Head, _creator, _version, _registry) is { } identity)
            {
                return identity;
            }

            if (Kind == SuperGameKind.Published)
            {
                return null;
            }

            if (ReadTrouble.Of(_maxDepth, _splitDepth, _maxClock, _extension, _prestate, _vm, _weth, _starting) is { } constants)
            {
                return constants;
            }

            if (ReadTrouble.Of([.. new PendingRead[] { _mode, _first!, _proposer, _challenger }.Where(read => read.Fault is not (null or ReadFault.Reverted))]) is { } unknown)
            {
                return unknown;
            }

            return !HasDepths ? ReadTrouble.Lasting($"maximum depth {_maxDepth.Value} and split depth {_splitDepth.Value} make no game")
                : RuleSet is null ? ReadTrouble.Lasting($"its rules are not known (version \"{Version}\")")
                : !_starting.Value.L2SequenceNumber.ToUInt256().TryToUInt64(out ulong start) || start >= Claimed!.Timestamp
                    ? ReadTrouble.Lasting($"it starts at {_starting.Value.L2SequenceNumber}, which is not before the claimed {Claimed!.Timestamp}")
                : ReadTrouble.Of([.. _bonds, _delay!]);
        }
    }

    /// <summary>The rules. Only where there is no <see cref="Trouble"/>, of a game with claims.</summary>
    public SuperGameRules Rules((Address Oracle, ulong ChallengePeriod) vm) => new()
    {
        RuleSet = RuleSet!,
        StartingRoot = _starting.Value.Root.ToHash32(),
        StartingTimestamp = (ulong)_starting.Value.L2SequenceNumber.ToUInt256(),
        AbsolutePrestate = _prestate.Value,
        MaxDepth = (int)_maxDepth.Value,
        SplitDepth = (int)_splitDepth.Value,
        Clock = new ClockRules(_maxClock.Value, _extension.Value, (int)_splitDepth.Value, (int)_maxDepth.Value, RuleSet!.Extension, vm.ChallengePeriod),
        Vm = _vm.Value,
        Oracle = vm.Oracle,
        Weth = _weth.Value,
        WethDelay = _delay!.Value,
        Bonds = new BondTable(_bonds.Select(bond => bond.Value)),
        Permitted = Kind == SuperGameKind.Permissioned ? (_proposer.Value, _challenger.Value) : null,
    };

    private bool HasDepths => _maxDepth.HasValue && _splitDepth.HasValue && _maxDepth.Value is > 0 and <= Position.MaxDepth && _splitDepth.Value < _maxDepth.Value;

    private static string? Differs<T>(string what, T clone, T said) => Equals(clone, said) ? null : $"its code holds {what} {clone}, and it says {said}";
}
