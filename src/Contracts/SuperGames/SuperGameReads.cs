using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.SuperRoots;

namespace Gavel.Contracts;

/// <summary>What one game is asked to find out whether it is a super game, and of which kind. All of it is optional, for games of other kinds.</summary>
internal sealed class SuperGameReads
{
    private readonly Address _game;
    private readonly BisectionReads _told;
    private readonly Read<GameDataAnswer> _data;
    private readonly Read<Hash32> _l1Head;
    private readonly Read<Address> _creator;
    private readonly Read<StartingProposalAnswer> _starting;
    private Read<Hash32>? _first;
    private Read<ulong>? _delay;

    public SuperGameReads(ReadBatch batch, Address game)
    {
        _game = game;
        _told = new BisectionReads(batch, game);
        _data = batch.AddOptional<GameDataFunction, GameDataAnswer, GameDataAnswer>(game, new(), static answer => answer);
        _l1Head = batch.Word<L1HeadFunction>(game, optional: true);
        _creator = batch.Address<GameCreatorFunction>(game, optional: true);
        _starting = batch.AddOptional<StartingProposalFunction, StartingProposalAnswer, StartingProposalAnswer>(game, new(), static answer => answer);
    }

    /// <summary>The super root that the contract says was claimed; null where it claims none.</summary>
    public SuperRoot? Claimed => _data.HasValue && SuperCloneArguments.Claim(_data.Value.ExtraData, _data.Value.RootClaim.ToHash32()) is { } root
        && _told.SequenceNumber.HasValue && _told.SequenceNumber.Value == root.Timestamp ? root : null;

    public uint GameType => _data.Value.GameType;

    public Hash32 L1Head => _l1Head.ValueOr(default);

    public Address Creator => _creator.ValueOr(default);

    public string Version => _told.Version.ValueOr("");

    public Address Registry => _told.Registry.ValueOr(default);

    public Address? Proposer => _told.Proposer.HasValue ? _told.Proposer.Value : null;

    public Address? Vm => _told.Vm.HasValue ? _told.Vm.Value : null;

    /// <summary>A game that reverts at its depths has no claims; one that was not answered for is taken for one that has.</summary>
    public SuperGameKind Kind => _told.MaxDepth.Fault == ReadFault.Reverted && _told.SplitDepth.Fault == ReadFault.Reverted ? SuperGameKind.Published
        : _told.Proposer.HasValue && _told.Challenger.HasValue ? SuperGameKind.Permissioned
        : SuperGameKind.Fault;

    private RuleSet? RuleSet => RuleSet.OfSuper(Version, _told.Mode.HasValue, _first?.HasValue == true && _first.Value == Claimed!.Chains[0].OutputRoot);

    /// <summary>Adds what depends on what is known. Only where there is a <see cref="Claimed"/>.</summary>
    public void AddRest(ReadBatch batch)
    {
        _first = batch.Word(_game, optional: true, new RootClaimByChainIdFunction { ChainId = Claimed!.Chains[0].ChainId.ToBigInteger() });
        if (_told.HasDepths)
        {
            _told.AddBonds(batch);
        }

        _delay = _told.Weth.HasValue ? DelayedWeth.MaybeDelay(batch, _told.Weth.Value) : null;
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
        ?? (clone.Kind != SuperGameKind.Permissioned ? null : Differs("challenger", clone.Challenger, _told.Challenger.ValueOr(default)))
        ?? (clone.Dispute is not { } dispute ? null
            : Differs("prestate", dispute.AbsolutePrestate, _told.Prestate.ValueOr(default)) ?? Differs("VM", dispute.Vm, _told.Vm.ValueOr(default)) ?? Differs("bond store", dispute.Weth, _told.Weth.ValueOr(default)));

    /// <summary>Why the game's identity or, where it has claims, its rules are not known; null where they are.</summary>
    public ReadTrouble? Trouble
    {
        get
        {
            if (ReadTrouble.Of(_l1Head, _creator, _told.Version, _told.Registry) is { } identity)
            {
                return identity;
            }

            if (Kind == SuperGameKind.Published)
            {
                return null;
            }

            if (ReadTrouble.Of(_told.MaxDepth, _told.SplitDepth, _told.MaxClock, _told.Extension, _told.Prestate, _told.Vm, _told.Weth, _starting) is { } constants)
            {
                return constants;
            }

            if (BisectionReads.UnknownOf(_told.Mode, _first!, _told.Proposer, _told.Challenger) is { } unknown)
            {
                return unknown;
            }

            return !_told.HasDepths ? _told.DepthTrouble
                : RuleSet is null ? ReadTrouble.Lasting($"its rules are not known (version \"{Version}\")")
                : !_starting.Value.L2SequenceNumber.ToUInt256().TryToUInt64(out ulong start) || start >= Claimed!.Timestamp
                    ? ReadTrouble.Lasting($"it starts at {_starting.Value.L2SequenceNumber}, which is not before the claimed {Claimed!.Timestamp}")
                : ReadTrouble.Of([.. _told.Bonds, _delay!]);
        }
    }

    /// <summary>The rules. Only where there is no <see cref="Trouble"/>, of a game with claims.</summary>
    public SuperGameRules Rules((Address Oracle, ulong ChallengePeriod) vm) => new()
    {
        RuleSet = RuleSet!,
        StartingRoot = _starting.Value.Root.ToHash32(),
        StartingTimestamp = (ulong)_starting.Value.L2SequenceNumber.ToUInt256(),
        AbsolutePrestate = _told.Prestate.Value,
        MaxDepth = (int)_told.MaxDepth.Value,
        SplitDepth = (int)_told.SplitDepth.Value,
        Clock = new ClockRules(_told.MaxClock.Value, _told.Extension.Value, (int)_told.SplitDepth.Value, (int)_told.MaxDepth.Value, RuleSet!.Extension, vm.ChallengePeriod),
        Vm = _told.Vm.Value,
        Oracle = vm.Oracle,
        Weth = _told.Weth.Value,
        WethDelay = _delay!.Value,
        Bonds = _told.ToBondTable(),
        Permitted = Kind == SuperGameKind.Permissioned ? (_told.Proposer.Value, _told.Challenger.Value) : null,
    };

    private static string? Differs<T>(string what, T clone, T said) => Equals(clone, said) ? null : $"its code holds {what} {clone}, and it says {said}";
}
