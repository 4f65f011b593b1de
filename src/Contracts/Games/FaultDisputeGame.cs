using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>
/// The calls of <c>FaultDisputeGame</c> that change state, and its claims. All generations agree in all that change state but the last steps of getting paid:
/// from 1.4 on there is <see cref="CloseGame"/>, and credit is paid in two calls instead of one.
/// </summary>
public static class FaultDisputeGame
{
    /// <summary><c>Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)</c>. It carries no claim index.</summary>
    public static ContractEvent<MoveEvent> Move { get; } = new();

    /// <summary><c>Resolved(uint8 indexed status)</c>.</summary>
    public static ContractEvent<ResolvedEvent> Resolved { get; } = new();

    // attack and defend take the disputed value, the parent's index and the claim, a word each behind the selector.
    private const int ClaimAt = 4 + 32 + 32;

    /// <summary>True when call data are an attack.</summary>
    public static bool IsAttack(ReadOnlySpan<byte> callData) => StrictAbi.IsCall<AttackFunction>(callData);

    /// <summary>The claim that call data of an attack or a defence post.</summary>
    /// <exception cref="ArgumentException">They are too short for either.</exception>
    public static Hash32 ClaimOf(ReadOnlySpan<byte> callData) => callData.Length >= ClaimAt + Hash32.Size
        ? new Hash32(callData.Slice(ClaimAt, Hash32.Size))
        : throw new ArgumentException($"{callData.Length} bytes are no move", nameof(callData));

    /// <summary>The move against or in support of a claim.</summary>
    /// <param name="game">The game.</param>
    /// <param name="parentIndex">Contract index of the claim that is answered.</param>
    /// <param name="parentValue">Its value as we saw it: the contract refuses the move if a reorganisation has put another claim at the index.</param>
    /// <param name="value">The claim to post.</param>
    /// <param name="isAttack">Attack or defend.</param>
    /// <param name="bond">Exactly the bond of the new position, in wei.</param>
    public static ContractCall MoveOn(Address game, uint parentIndex, Hash32 parentValue, Hash32 value, bool isAttack, UInt256 bond) => isAttack
        ? ContractCall.Of(game, new AttackFunction { Disputed = parentValue.ToAbi(), ParentIndex = parentIndex, Claim = value.ToAbi() }, bond)
        : ContractCall.Of(game, new DefendFunction { Disputed = parentValue.ToAbi(), ParentIndex = parentIndex, Claim = value.ToAbi() }, bond);

    /// <summary>The step against a claim at the maximum depth.</summary>
    /// <param name="game">The game.</param>
    /// <param name="claimIndex">Contract index of the claim.</param>
    /// <param name="isAttack">True to execute from the state before the claim, false to execute from the claim's own state.</param>
    /// <param name="stateData">The VM's state before the instruction.</param>
    /// <param name="proof">The VM's proof of what the instruction touches.</param>
    public static ContractCall Step(Address game, uint claimIndex, bool isAttack, ReadOnlyMemory<byte> stateData, ReadOnlyMemory<byte> proof) =>
        ContractCall.Of(game, new StepFunction { ClaimIndex = claimIndex, IsAttack = isAttack, StateData = stateData.ToArray(), Proof = proof.ToArray() });

    /// <summary>The call that puts a part of a local datum into the oracle.</summary>
    /// <param name="game">The game.</param>
    /// <param name="ident">Which datum, 1 … 5.</param>
    /// <param name="claimIndex">Contract index of any claim of the execution branch; the step's own claim.</param>
    /// <param name="partOffset">Offset of the part, counting the 8-byte length.</param>
    public static ContractCall AddLocalData(Address game, byte ident, uint claimIndex, ulong partOffset) =>
        ContractCall.Of(game, new AddLocalDataFunction { Ident = ident, ClaimIndex = claimIndex, PartOffset = partOffset });

    /// <summary>The proof that the root claim belongs to the block of <paramref name="headerRlp"/>.</summary>
    /// <param name="game">The game.</param>
    /// <param name="stateRoot">State root of that L2 block.</param>
    /// <param name="messagePasserStorageRoot">Storage root of the message passer in it.</param>
    /// <param name="blockHash">Its hash.</param>
    /// <param name="headerRlp">Its header.</param>
    public static ContractCall ChallengeRootL2Block(
        Address game, Hash32 stateRoot, Hash32 messagePasserStorageRoot, Hash32 blockHash, ReadOnlyMemory<byte> headerRlp) => ContractCall.Of(
            game,
            new ChallengeRootL2BlockFunction
            {
                OutputRootProof = new OutputRootProof
                {
                    Version = Hash32.Zero.ToAbi(),
                    StateRoot = stateRoot.ToAbi(),
                    MessagePasserStorageRoot = messagePasserStorageRoot.ToAbi(),
                    LatestBlockhash = blockHash.ToAbi(),
                },
                HeaderRlp = headerRlp.ToArray(),
            });

    /// <summary>Resolves a claim's subgame; children must have been resolved before.</summary>
    /// <param name="game">The game.</param>
    /// <param name="claimIndex">Contract index of the claim.</param>
    /// <param name="children">How many children to take into account; 0 means all on the first call and none on later ones.</param>
    public static ContractCall ResolveClaim(Address game, uint claimIndex, uint children) =>
        ContractCall.Of(game, new ResolveClaimFunction { ClaimIndex = claimIndex, Children = children });

    /// <summary>Resolves the game, once its root claim is resolved.</summary>
    public static ContractCall Resolve(Address game) => ContractCall.Of(game, new ResolveFunction());

    /// <summary>From 1.4 on: closes a resolved and finalised game.</summary>
    public static ContractCall CloseGame(Address game) => ContractCall.Of(game, new CloseGameFunction());

    /// <summary>Up to 1.3.x: pays out after the delay. From 1.4 on: the first call closes the game, where it can be and nobody has, and starts the delay; the second pays.</summary>
    public static ContractCall ClaimCredit(Address game, Address recipient) =>
        ContractCall.Of(game, new ClaimCreditFunction { Recipient = recipient.ToAbi() });

    /// <summary>The bond of each depth, read from the contract: the last wei must match.</summary>
    /// <param name="batch">Where the reads are added.</param>
    /// <param name="game">The game or its implementation.</param>
    /// <param name="maxDepth">The game's maximum depth.</param>
    public static IReadOnlyList<Read<UInt256>> RequiredBonds(ReadBatch batch, Address game, int maxDepth) => RequiredBonds(batch, game, maxDepth, optional: false);

    /// <summary>The claim at an index.</summary>
    public static Read<Claim> ClaimData(ReadBatch batch, Address game, uint index)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add<ClaimDataFunction, ClaimDataAnswer, Claim>(game, new() { Index = index }, ToClaim);
    }

    /// <summary>The version that a game or an implementation tells; without an answer where it tells none.</summary>
    public static Read<string> VersionOf(ReadBatch batch, Address game) => batch.Text<VersionFunction>(game, optional: true);

    internal static IReadOnlyList<Read<UInt256>> RequiredBonds(ReadBatch batch, Address game, int maxDepth, bool optional) =>
        [.. Enumerable.Range(0, maxDepth + 1)
            .Select(depth => batch.Number(game, optional, new GetRequiredBondFunction { Position = UInt128.One << depth }))];

    internal static Claim ToClaim(ClaimDataAnswer data) => new(
        data.ParentIndex,
        new Position(data.Position),
        data.Claim.ToHash32(),
        data.Claimant.ToAddress(),
        data.Bond,
        ChessClock.Unpack(data.Clock),
        data.CounteredBy.ToAddress());
}
