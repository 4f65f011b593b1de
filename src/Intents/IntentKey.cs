using System.Buffers.Binary;
using Gavel.GameSolver;

namespace Gavel.Intents;

/// <summary>What an intent does.</summary>
public enum IntentKind : byte
{
    /// <summary>A move: attack or defend.</summary>
    Move = 1,

    /// <summary>A step.</summary>
    Step = 2,

    /// <summary>A part of a local datum.</summary>
    LocalData = 3,

    /// <summary>A part of a global preimage.</summary>
    Preimage = 4,

    /// <summary>A proof that the root is another block's output.</summary>
    ChallengeBlock = 5,

    /// <summary>A claim's resolution.</summary>
    ResolveClaim = 6,

    /// <summary>A game's resolution.</summary>
    ResolveGame = 7,

    /// <summary>Closing of a game (from 1.4 on) without claiming credit.</summary>
    CloseGame = 8,

    /// <summary>First of two credit claims (from 1.4 on): closes the game if nobody has, and starts the delay.</summary>
    UnlockCredit = 9,

    /// <summary>The credit claim that pays.</summary>
    WithdrawCredit = 10,

    /// <summary>A new game.</summary>
    CreateGame = 11,
}

/// <summary>
/// The meaning of an intent as bytes: two intents of one meaning are one intent, before and after a restart. It holds all that is needed to
/// ask the chain whether the effect is there. Journals of before hold keys without an L1 head: they are read, and mean any game at the address.
/// </summary>
/// <param name="ChainId">L1's chain id.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Target">The contract that shows the effect: the game, the oracle for preimage parts, the factory for a new game.</param>
/// <param name="Subject">Contract hash of the claim that is posted, answered or resolved; the preimage key; the recipient; zero if none.</param>
/// <param name="Index">Claim index, or offset of a preimage part.</param>
/// <param name="Page">Which portion of a resolution this is; 0 otherwise.</param>
/// <param name="Basis">
/// What else the calldata rests on, so that after a reorganisation a call with other data is another intent: the value of the claim that a
/// move answers, the keccak of the calldata of a step or local datum; zero otherwise.
/// </param>
/// <param name="L1Head">
/// The L1 head of the game that it is for: after a reorganisation another game, with another head, may stand at the same address (factories of
/// 1.6 derive addresses from type, root and block alone). Zero for what belongs to no game, and in keys of before.
/// </param>
public sealed record IntentKey(
    ulong ChainId, IntentKind Kind, Address Target, Hash32 Subject = default, uint Index = 0, uint Page = 0, Hash32 Basis = default, Hash32 L1Head = default)
{
    private const int FormerSize = 1 + 8 + Address.Size + Hash32.Size + 4 + 4 + Hash32.Size;

    /// <summary>
    /// Whether the contract may take the call after the clock of its claim has run out: steps and what they need, and challenges of the root's
    /// block, count until the claim or the game is resolved. Moves do not.
    /// </summary>
    public bool MayBeLate => Kind is IntentKind.Step or IntentKind.LocalData or IntentKind.Preimage or IntentKind.ChallengeBlock;

    /// <summary>Bytes of the encoding.</summary>
    public const int Size = FormerSize + Hash32.Size;

    /// <summary>
    /// The key of a move: the claim it posts, by the hash that the contract knows it by, the value of the claim it answers, and the game's L1 head.
    /// </summary>
    public static IntentKey OfMove(ulong chainId, Address game, ClaimId claim, Hash32 answered, Hash32 l1Head) =>
        new(chainId, IntentKind.Move, game, claim.ContractHash(), claim.ParentIndex, Basis: answered, L1Head: l1Head);

    /// <summary>The bytes.</summary>
    public byte[] Encode()
    {
        byte[] bytes = [.. EncodeFormer(), .. new byte[Hash32.Size]];
        L1Head.CopyTo(bytes.AsSpan(FormerSize));
        return bytes;
    }

    /// <summary>The bytes that the same call had as its key in journals of before: what is still under way under them is not begun once more.</summary>
    public byte[] EncodeFormer()
    {
        byte[] bytes = new byte[FormerSize];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), ChainId);
        Target.CopyTo(bytes.AsSpan(9));
        Subject.CopyTo(bytes.AsSpan(29));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(61), Index);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(65), Page);
        Basis.CopyTo(bytes.AsSpan(69));
        return bytes;
    }

    /// <summary>Reads the bytes.</summary>
    /// <returns>Null where they are no key of this kind.</returns>
    public static IntentKey? Decode(ReadOnlySpan<byte> bytes) => bytes.Length is Size or FormerSize && Enum.IsDefined((IntentKind)bytes[0])
        ? new IntentKey(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]),
            (IntentKind)bytes[0],
            new Address(bytes.Slice(9, Address.Size)),
            new Hash32(bytes.Slice(29, Hash32.Size)),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[61..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[65..]),
            new Hash32(bytes.Slice(69, Hash32.Size)),
            bytes.Length == Size ? new Hash32(bytes.Slice(FormerSize, Hash32.Size)) : default)
        : null;
}
