using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// The functions of <c>FaultDisputeGame</c> that Gavel calls, and the calls made of them. 1.2.0 and 2.x agree in all that change state but
/// the last two steps of getting paid: 2.x has <see cref="CloseGame"/>, and pays credit in two calls instead of one.
/// </summary>
public static class FaultDisputeGame
{
    /// <summary>Attacks a claim; payable with the exact bond of the new position.</summary>
    public static AbiFunction AttackFunction { get; } = new("attack(bytes32,uint256,bytes32)");

    /// <summary>Defends a claim; payable with the exact bond of the new position.</summary>
    public static AbiFunction DefendFunction { get; } = new("defend(bytes32,uint256,bytes32)");

    /// <summary>Counters a claim at the maximum depth by executing one instruction.</summary>
    public static AbiFunction StepFunction { get; } = new("step(uint256,bool,bytes,bytes)");

    /// <summary>Puts a local datum of an execution branch into the oracle.</summary>
    public static AbiFunction AddLocalDataFunction { get; } = new("addLocalData(uint256,uint256,uint256)");

    /// <summary>Proves that the root claim is the output of another block than the proposed one.</summary>
    public static AbiFunction ChallengeRootL2BlockFunction { get; } = new("challengeRootL2Block((bytes32,bytes32,bytes32,bytes32),bytes)");

    /// <summary>Resolves one claim's subgame.</summary>
    public static AbiFunction ResolveClaimFunction { get; } = new("resolveClaim(uint256,uint256)");

    /// <summary>Resolves the game.</summary>
    public static AbiFunction ResolveFunction { get; } = new("resolve()");

    /// <summary>Closes a game of 2.x, which fixes how bonds are distributed.</summary>
    public static AbiFunction CloseGameFunction { get; } = new("closeGame()");

    /// <summary>Pays what the game owes a recipient.</summary>
    public static AbiFunction ClaimCreditFunction { get; } = new("claimCredit(address)");

    /// <summary><c>Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)</c>. It carries no claim index.</summary>
    public static AbiEvent Move { get; } = new("Move(uint256 indexed,bytes32 indexed,address indexed)");

    /// <summary><c>Resolved(uint8 indexed status)</c>.</summary>
    public static AbiEvent Resolved { get; } = new("Resolved(uint8 indexed)");

    /// <summary>The move against or in support of a claim.</summary>
    /// <param name="game">The game.</param>
    /// <param name="parentIndex">Contract index of the claim that is answered.</param>
    /// <param name="parentValue">Its value as we saw it: the contract refuses the move if a reorganisation has put another claim at the index.</param>
    /// <param name="value">The claim to post.</param>
    /// <param name="isAttack">Attack or defend.</param>
    /// <param name="bond">Exactly the bond of the new position, in wei.</param>
    public static ContractCall MoveOn(Address game, uint parentIndex, Hash32 parentValue, Hash32 value, bool isAttack, UInt256 bond) =>
        ContractCall.Of(game, isAttack ? AttackFunction : DefendFunction, a => a.Bytes32(parentValue).UInt64(parentIndex).Bytes32(value), bond);

    /// <summary>The step against a claim at the maximum depth.</summary>
    /// <param name="game">The game.</param>
    /// <param name="claimIndex">Contract index of the claim.</param>
    /// <param name="isAttack">True to execute from the state before the claim, false to execute from the claim's own state.</param>
    /// <param name="stateData">The VM's state before the instruction.</param>
    /// <param name="proof">The VM's proof of what the instruction touches.</param>
    public static ContractCall Step(Address game, uint claimIndex, bool isAttack, ReadOnlyMemory<byte> stateData, ReadOnlyMemory<byte> proof) =>
        ContractCall.Of(game, StepFunction, a => a.UInt64(claimIndex).Bool(isAttack).Bytes(stateData.Span).Bytes(proof.Span));

    /// <summary>The call that puts a part of a local datum into the oracle.</summary>
    /// <param name="game">The game.</param>
    /// <param name="ident">Which datum, 1 … 5.</param>
    /// <param name="claimIndex">Contract index of any claim of the execution branch; the step's own claim.</param>
    /// <param name="partOffset">Offset of the part, counting the 8-byte length.</param>
    public static ContractCall AddLocalData(Address game, byte ident, uint claimIndex, ulong partOffset) =>
        ContractCall.Of(game, AddLocalDataFunction, a => a.UInt8(ident).UInt64(claimIndex).UInt64(partOffset));

    /// <summary>The proof that the root claim belongs to the block of <paramref name="headerRlp"/>.</summary>
    /// <param name="game">The game.</param>
    /// <param name="stateRoot">State root of that L2 block.</param>
    /// <param name="messagePasserStorageRoot">Storage root of the message passer in it.</param>
    /// <param name="blockHash">Its hash.</param>
    /// <param name="headerRlp">Its header.</param>
    public static ContractCall ChallengeRootL2Block(
        Address game, Hash32 stateRoot, Hash32 messagePasserStorageRoot, Hash32 blockHash, ReadOnlyMemory<byte> headerRlp) =>
        ContractCall.Of(
            game,
            ChallengeRootL2BlockFunction,
            a => a.StaticTuple(proof => proof.Bytes32(Hash32.Zero).Bytes32(stateRoot).Bytes32(messagePasserStorageRoot).Bytes32(blockHash))
                .Bytes(headerRlp.Span));

    /// <summary>Resolves a claim's subgame; children must have been resolved before.</summary>
    /// <param name="game">The game.</param>
    /// <param name="claimIndex">Contract index of the claim.</param>
    /// <param name="children">How many children to take into account; 0 means all on the first call and none on later ones.</param>
    public static ContractCall ResolveClaim(Address game, uint claimIndex, uint children) =>
        ContractCall.Of(game, ResolveClaimFunction, a => a.UInt64(claimIndex).UInt64(children));

    /// <summary>Resolves the game, once its root claim is resolved.</summary>
    public static ContractCall Resolve(Address game) => ContractCall.Of(game, ResolveFunction, static _ => { });

    /// <summary>Closes a resolved and finalised game of 2.x.</summary>
    public static ContractCall CloseGame(Address game) => ContractCall.Of(game, CloseGameFunction, static _ => { });

    /// <summary>1.2.0: pays out after the delay. 2.x: the first call starts the delay, the second pays.</summary>
    public static ContractCall ClaimCredit(Address game, Address recipient) =>
        ContractCall.Of(game, ClaimCreditFunction, a => a.Address(recipient));

    /// <summary>The bond of each depth, read from the contract: the last wei must match.</summary>
    /// <param name="batch">Where the reads are added.</param>
    /// <param name="game">The game or its implementation.</param>
    /// <param name="maxDepth">The game's maximum depth.</param>
    public static IReadOnlyList<Read<UInt256>> RequiredBonds(ReadBatch batch, Address game, int maxDepth)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return [.. Enumerable.Range(0, maxDepth + 1)
            .Select(depth => batch.Add(game, Get.RequiredBond, a => a.UInt128(UInt128.One << depth), data => data.UInt()))];
    }

    /// <summary>The claim at an index.</summary>
    public static Read<Claim> ClaimData(ReadBatch batch, Address game, uint index)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add(game, Get.ClaimData, a => a.UInt64(index), ReadClaim);
    }

    /// <summary>The version that a game or an implementation tells; without an answer where it tells none.</summary>
    public static Read<string> VersionOf(ReadBatch batch, Address game)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.AddOptional(game, Get.Version, null, data => data.String());
    }

    private static Claim ReadClaim(AbiDecoder data)
    {
        uint parent = data.UInt32("parentIndex");
        Address counteredBy = data.Address("counteredBy");
        Address claimant = data.Address("claimant");
        UInt256 bond = data.UInt128("bond");
        Hash32 value = data.Bytes32("claim");
        Position position = new(data.UInt128("position"));
        return new Claim(parent, position, value, claimant, bond, ChessClock.Unpack(data.UInt128("clock")), counteredBy);
    }

    /// <summary>The getters.</summary>
    internal static class Get
    {
        internal static readonly AbiFunction Version = new("version()");
        internal static readonly AbiFunction GameType = new("gameType()");
        internal static readonly AbiFunction RootClaim = new("rootClaim()");
        internal static readonly AbiFunction L1Head = new("l1Head()");
        internal static readonly AbiFunction L2BlockNumber = new("l2BlockNumber()");
        internal static readonly AbiFunction GameCreator = new("gameCreator()");
        internal static readonly AbiFunction CreatedAt = new("createdAt()");
        internal static readonly AbiFunction ResolvedAt = new("resolvedAt()");
        internal static readonly AbiFunction Status = new("status()");
        internal static readonly AbiFunction StartingOutputRoot = new("startingOutputRoot()");
        internal static readonly AbiFunction AbsolutePrestate = new("absolutePrestate()");
        internal static readonly AbiFunction MaxGameDepth = new("maxGameDepth()");
        internal static readonly AbiFunction SplitDepth = new("splitDepth()");
        internal static readonly AbiFunction MaxClockDuration = new("maxClockDuration()");
        internal static readonly AbiFunction ClockExtension = new("clockExtension()");
        internal static readonly AbiFunction Vm = new("vm()");
        internal static readonly AbiFunction Oracle = new("oracle()");
        internal static readonly AbiFunction Weth = new("weth()");
        internal static readonly AbiFunction AnchorStateRegistry = new("anchorStateRegistry()");
        internal static readonly AbiFunction L2ChainId = new("l2ChainId()");
        internal static readonly AbiFunction ClaimDataLength = new("claimDataLen()");
        internal static readonly AbiFunction ClaimData = new("claimData(uint256)");
        internal static readonly AbiFunction RequiredBond = new("getRequiredBond(uint128)");
        internal static readonly AbiFunction ResolvedSubgames = new("resolvedSubgames(uint256)");
        internal static readonly AbiFunction L2BlockNumberChallenger = new("l2BlockNumberChallenger()");
        internal static readonly AbiFunction Credit = new("credit(address)");
        internal static readonly AbiFunction Proposer = new("proposer()");
        internal static readonly AbiFunction Challenger = new("challenger()");
        internal static readonly AbiFunction BondDistributionMode = new("bondDistributionMode()");
        internal static readonly AbiFunction HasUnlockedCredit = new("hasUnlockedCredit(address)");
        internal static readonly AbiFunction RefundModeCredit = new("refundModeCredit(address)");
        internal static readonly AbiFunction IsGameFinalized = new("isGameFinalized(address)");
        internal static readonly AbiFunction IsGameProper = new("isGameProper(address)");
        internal static readonly AbiFunction Paused = new("paused()");
    }
}
