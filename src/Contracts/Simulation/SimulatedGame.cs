using System.Buffers.Binary;
using Gavel.GameSolver;

namespace Gavel.Contracts.Simulation;

/// <summary>What a game type's implementation and arguments fix; times in seconds.</summary>
internal sealed record GameTerms(
    uint Type,
    int MaxDepth,
    int SplitDepth,
    ulong ClockExtension,
    ulong MaxClock,
    ulong ChallengePeriod,
    Hash32 AbsolutePrestate,
    (Address Proposer, Address Challenger)? Permitted);

/// <summary>Local data as a game gave them to the oracle.</summary>
internal sealed record LocalDatum(byte Ident, Hash32 Context, Hash32 Word, int Size, ulong Offset);

/// <summary>
/// A dispute game in memory, of any generation before super roots: its calls in their order of checks, its clocks, resolution and payout. Written
/// from the recorded behaviour of the contracts. It takes call data and reverts as they do; a VM is asked through <see cref="Vm"/>.
/// </summary>
internal sealed class SimulatedGame
{
    private readonly SimulatedSystem _system;
    private readonly GameTerms _terms;
    private readonly ClockRules _clock;
    private readonly BondTable _bonds;
    private readonly ClaimTree _tree;
    private readonly HashSet<(Position Position, Hash32 Value, int Parent)> _known = [];
    private readonly UInt256 _startingBlock;

    private SimulatedGame(SimulatedSystem system, GameTerms terms, Hash32 root, UInt256 block)
    {
        _system = system;
        _terms = terms;
        Root = root;
        Block = block;
        (Hash32 startingRoot, _startingBlock) = system.AnchorOf(terms.Type);
        _clock = new ClockRules(
            terms.MaxClock,
            terms.ClockExtension,
            terms.SplitDepth,
            terms.MaxDepth,
            system.Rules.Extension,
            terms.ChallengePeriod);
        _bonds = BondTable.Computed(terms.MaxDepth);
        _tree = new ClaimTree(terms.MaxDepth, terms.SplitDepth, terms.AbsolutePrestate, startingRoot);
        Payout = new SimulatedPayout(system, this, _tree);
    }

    /// <summary>Where it stands, once the factory has made it.</summary>
    public Address Address { get; set; }

    public uint Type => _terms.Type;

    public Hash32 Root { get; }

    public UInt256 Block { get; }

    public ulong CreatedAt { get; private init; }

    public bool WasRespected { get; private init; }

    public GameStatus Status { get; set; }

    public ulong ResolvedAt { get; set; }

    public Address BlockChallenger { get; private set; }

    public IReadOnlyList<SimulatedClaim> Claims => _tree.Claims;

    /// <summary>Resolution, and who is owed what.</summary>
    public SimulatedPayout Payout { get; }

    /// <summary>Runs the VM on a state in a context: its next state's claim. It may throw a <see cref="SimulatedRevert"/>.</summary>
    public Func<Hash32, Hash32> Vm { get; set; } = _ => throw SimulatedRevert.Empty();

    /// <summary>What was given to the oracle last.</summary>
    public LocalDatum? Local { get; private set; }

    /// <summary>As the factory makes and initialises it.</summary>
    /// <exception cref="SimulatedRevert">The game refuses.</exception>
    public static SimulatedGame Create(SimulatedSystem system, GameTerms terms, Address creator, Hash32 root, ReadOnlySpan<byte> extraData, UInt256 value)
    {
        if (terms.Permitted is { } permitted && creator != permitted.Proposer)
        {
            throw SimulatedRevert.Of("BadAuth");
        }

        if (extraData.Length != Hash32.Size)
        {
            throw SimulatedRevert.Of("BadExtraData");
        }

        UInt256 block = new Hash32(extraData).ToUInt256();
        if (block <= system.AnchorOf(terms.Type).Block || (system.Rules.BoundsBlock && block > ulong.MaxValue))
        {
            throw SimulatedRevert.Of("UnexpectedRootClaim(bytes32)", root);
        }

        SimulatedGame game = new(system, terms, root, block) { CreatedAt = system.Now, WasRespected = system.RespectedType == terms.Type };
        game.Add(SimulatedClaim.NoParent, creator, value, root, Position.Root, new ChessClock(0, system.Now));
        return game;
    }

    /// <summary>A transaction to the game; gives who was paid how many wei, where somebody was.</summary>
    /// <exception cref="SimulatedRevert">The game refuses; nothing has changed.</exception>
    public (Address Recipient, UInt256 Amount)? Call(Address from, ReadOnlySpan<byte> data, UInt256 value)
    {
        if (data.IsEmpty)
        {
            return null; // the clone takes plain ether
        }

        CallWords call = new(data);
        GameFunction? function = GameFunction.Find(call.Function);
        if (function is null || (!value.IsZero && !function.IsPayable))
        {
            throw SimulatedRevert.Empty();
        }

        call.Require(function.Words);
        switch (function.Name)
        {
            case "initialize":
                RequireCreator(from);
                throw SimulatedRevert.Of("AlreadyInitialized");
            case "attack" or "defend":
                Move(from, call.Bytes32(0), call.Index(1), call.Bytes32(2), function.Name == "attack", value);
                break;
            case "move":
                Move(from, call.Bytes32(0), call.Index(1), call.Bytes32(2), !call.Number(3).IsZero, value);
                break;
            case "step":
                Step(from, call.Index(0), !call.Number(1).IsZero, call.Bytes(2));
                break;
            case "addLocalData":
                AddLocalData(call.Number(0), call.Index(1), call.Number(2));
                break;
            case "challengeRootL2Block":
                ChallengeBlock(from, call);
                break;
            case "resolveClaim":
                Payout.ResolveClaim(call.Index(0), call.Index(1));
                break;
            case "resolve":
                Payout.Resolve();
                break;
            case "closeGame" when _system.Rules.ClosesGames:
                Payout.Close();
                break;
            case "claimCredit":
                return Payout.Claim(call.AddressAt(0));
            default:
                throw SimulatedRevert.Empty();
        }

        return null;
    }

    /// <summary><c>getChallengerDuration</c> at a time.</summary>
    public ulong ChallengerDuration(long index, ulong time)
    {
        RequireInProgress();
        SimulatedClaim claim = _tree[index];
        return _clock.Used(ParentClock(claim), claim.Clock, time);
    }

    public void RequireInProgress()
    {
        if (Status != GameStatus.InProgress)
        {
            throw SimulatedRevert.Of("GameNotInProgress");
        }
    }

    public bool IsExpired(SimulatedClaim claim) => _clock.IsExpired(ParentClock(claim), claim.Clock, _system.Now);

    private void Move(Address from, Hash32 disputed, int index, Hash32 value, bool isAttack, UInt256 wei)
    {
        RequirePlayer(from);
        RequireInProgress();
        SimulatedClaim parent = _tree[index];
        Throw.If(parent.Value != disputed, "InvalidDisputedClaimIndex");
        int depth = parent.Position.Depth + 1;
        Throw.If(!isAttack && (index == 0 || depth == _terms.SplitDepth + 2), "CannotDefendRootClaim");
        Throw.If(index == 0 && !BlockChallenger.IsZero, "L2BlockNumberChallenged");
        Throw.If(depth > _terms.MaxDepth, "GameDepthExceeded");
        Position position = isAttack ? parent.Position.Attack() : parent.Position.Defend();
        if (depth == _terms.SplitDepth + 1 && !_tree.IsExecutionRoot(value, index, isAttack))
        {
            throw SimulatedRevert.Of("UnexpectedRootClaim(bytes32)", value);
        }

        Throw.If(wei != _bonds[depth], "IncorrectBondAmount");
        ChessClock clock = ClockFor(parent, depth);
        Throw.If(!_known.Add((position, value, index)), "ClaimAlreadyExists");
        Add((uint)index, from, wei, value, position, clock);
    }

    // Only types whose clock is shorter than what a late move is given, which contracts of 1.2.0 alone accept, have no clock for one.
    private ChessClock ClockFor(SimulatedClaim parent, int depth)
    {
        try
        {
            return _clock.ForMove(ParentClock(parent), parent.Clock, depth, _system.Now) ?? throw SimulatedRevert.Of("ClockTimeExceeded");
        }
        catch (OverflowException)
        {
            throw SimulatedRevert.Overflow();
        }
    }

    private void Step(Address from, int index, bool isAttack, ReadOnlySpan<byte> state)
    {
        RequirePlayer(from);
        RequireInProgress();
        SimulatedClaim leaf = _tree[index];
        Throw.If(leaf.Position.Depth != _terms.MaxDepth, "InvalidParent");
        (Hash32 before, SimulatedClaim expected) = _tree.StatesAround(leaf, isAttack);
        Throw.If(Keccak256.Hash(state).WithFirstByte(0) != before.WithFirstByte(0), "InvalidPrestate");
        bool isReached = Vm(_tree.DisagreementAbove(index).Context) == expected.Value;
        Throw.If(isReached == ((_terms.MaxDepth - expected.Position.Depth) % 2 == 0), "ValidStep");
        Throw.If(!leaf.CounteredBy.IsZero, "DuplicateStep");
        leaf.CounteredBy = from;
    }

    private void AddLocalData(UInt256 ident, int index, UInt256 offset)
    {
        RequireInProgress();
        Disagreement about = _tree.DisagreementAbove(index);
        UInt256 block = _startingBlock + (UInt256)about.DisputedPosition.TraceIndex(_terms.SplitDepth) + 1;
        block = _system.Rules.CapsBlock && block > Block ? Block : block;
        (Hash32 word, int size) = ident == 1 ? (default, Hash32.Size) // this chain's own; nobody knows it here
            : ident == 2 ? (about.Starting, Hash32.Size)
            : ident == 3 ? (about.Disputed, Hash32.Size)
            : ident == 4 ? (Eight((ulong)block), sizeof(ulong))
            : ident == 5 ? (Eight(_system.Terms.L2ChainId), sizeof(ulong))
            : throw SimulatedRevert.Of("InvalidLocalIdent");
        UInt256 last = (UInt256)(ulong)(size + sizeof(ulong) - (_system.Rules.RefusesEmptyPart ? 1 : 0));
        Throw.If(offset > last, "PartOffsetOOB");
        Local = new LocalDatum((byte)(ulong)ident, about.Context, word, size, (ulong)offset);
    }

    // Eight bytes, as the oracle takes them: at the start of a word.
    private static Hash32 Eight(ulong number)
    {
        byte[] word = new byte[Hash32.Size];
        BinaryPrimitives.WriteUInt64BigEndian(word, number);
        return new Hash32(word);
    }

    private void ChallengeBlock(Address from, CallWords call)
    {
        RequireInProgress();
        Throw.If(!BlockChallenger.IsZero, "L2BlockNumberChallenged");
        byte[] proof = [.. call.Bytes32(0).ToArray(), .. call.Bytes32(1).ToArray(), .. call.Bytes32(2).ToArray(), .. call.Bytes32(3).ToArray()];
        Throw.If(Keccak256.Hash(proof) != Root, "InvalidOutputRootProof");
        ReadOnlySpan<byte> header = call.Bytes(4);
        Throw.If(Keccak256.Hash(header) != call.Bytes32(3), "InvalidHeaderRLP");
        Throw.If(HeaderNumber.In(header) == Block, "BlockNumberMatches");
        BlockChallenger = from;
    }

    private void Add(uint parent, Address claimant, UInt256 bond, Hash32 value, Position position, ChessClock clock)
    {
        _tree.Add(new SimulatedClaim
        {
            ParentIndex = parent,
            Claimant = claimant,
            Bond = bond,
            Value = value,
            Position = position,
            Clock = clock,
        });
        Payout.Bonded(claimant, bond);
    }

    private ChessClock ParentClock(SimulatedClaim claim) => claim.ParentIndex == SimulatedClaim.NoParent ? default : _tree[claim.ParentIndex].Clock;

    private void RequirePlayer(Address from) =>
        Throw.If(_terms.Permitted is { } permitted && from != permitted.Proposer && from != permitted.Challenger, "BadAuth");

    private void RequireCreator(Address from) => Throw.If(_terms.Permitted is { } permitted && from != permitted.Proposer, "BadAuth");
}

/// <summary>Refusals.</summary>
internal static class Throw
{
    /// <summary>Reverts with an error without arguments.</summary>
    public static void If(bool isRefused, string error)
    {
        if (isRefused)
        {
            throw SimulatedRevert.Of(error);
        }
    }
}
