using System.Collections.Concurrent;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Sending;

namespace Gavel.Intents;

/// <summary>
/// Asks the chain, before an intent is sent and before each resend, whether it is still wanted: a move that anyone else has made counts as
/// made, a step on a claim that is countered is done, and nothing moves on a game that is over. To say "unwanted" takes a good transaction
/// back, so that it needs a positive answer, and the same at two heads: a garbled answer, a call that the node does not answer and a state
/// of another moment are all no reason to.
/// </summary>
public sealed class IntentGuard(ChainReader l1) : IIntentGuard
{
    // Doubts end with the intent's next check; those of intents that ended otherwise are dropped together.
    private const int MostDoubts = 1024;

    // Intents that one head showed as unwanted, with that head.
    private readonly ConcurrentDictionary<ulong, Hash32> _doubts = new();

    /// <inheritdoc/>
    public bool MayBeLate(OutboxEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return IntentKey.Decode(entry.Intent.Key.Span) is { MayBeLate: true };
    }

    /// <inheritdoc/>
    public async ValueTask<IntentVerdict> CheckAsync(OutboxEntry entry, RpcBlock head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(head);
        if (IntentKey.Decode(entry.Intent.Key.Span) is not { } key)
        {
            return new IntentVerdict(IntentStanding.Unwanted, "the intent's key is not one of the challenger's");
        }

        IntentVerdict verdict = await AskAsync(key, entry.Intent, BlockRef.At(head.Hash), cancellationToken);
        if (verdict.Standing != IntentStanding.Unwanted)
        {
            _doubts.TryRemove(entry.Id, out _);
            return verdict;
        }

        if (_doubts.Count > MostDoubts)
        {
            _doubts.Clear();
        }

        if (_doubts.GetOrAdd(entry.Id, head.Hash) == head.Hash)
        {
            return new IntentVerdict(IntentStanding.Doubtful, $"{verdict.Reason}; it is asked once more at the next block");
        }

        return verdict; // and so again, as long as the chain shows nothing else: the sender looks twice as well
    }

    private async ValueTask<IntentVerdict> AskAsync(IntentKey key, Intent intent, BlockRef at, CancellationToken cancellationToken)
    {
        try
        {
            ReadBatch batch = new(l1, at);
            Read<Hash32>? head = key.L1Head.IsZero ? null : GameEffects.L1Head(batch, GameOf(key, intent)); // goes with the first reads
            IntentVerdict verdict = await CheckAsync(batch, key, intent, cancellationToken);
            return head is null || head.Value == key.L1Head
                ? verdict
                : new IntentVerdict(IntentStanding.Unwanted, $"another game has taken the address: its L1 head is {head.Value}, not {key.L1Head}");
        }
        catch (ContractReadException error)
        {
            // Perhaps a reorganisation took away what it acts on. To send on would then give the bond to an address without code; if the game
            // comes back, so does the decision.
            return await AbsenceAsync(key, at, cancellationToken) is { } gone
                ? new IntentVerdict(IntentStanding.Unwanted, gone)
                : new IntentVerdict(IntentStanding.Unknown, $"what it acts on does not answer: {error.Message}");
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            return new IntentVerdict(IntentStanding.Unknown, $"the answers contradict each other: {error.Message}"); // values that no game has
        }
    }

    // What shows that the target, or the claim that is answered, is not on the chain; null where nothing does.
    private async Task<string?> AbsenceAsync(IntentKey key, BlockRef at, CancellationToken cancellationToken)
    {
        if ((await l1.GetCodeAsync(key.Target, at, cancellationToken)).Length == 0)
        {
            return $"there is no contract at {key.Target} at block {at}";
        }

        if (key.Kind is not (IntentKind.Move or IntentKind.Step))
        {
            return null;
        }

        ReadBatch batch = new(l1, at);
        Read<ulong> claims = GameEffects.ClaimCount(batch, key.Target);
        try
        {
            await batch.RunAsync(cancellationToken);
        }
        catch (ContractReadException)
        {
            return null;
        }

        return claims.Value <= key.Index ? $"game {key.Target} has {claims.Value} claims at block {at}, and none at index {key.Index}" : null;
    }

    private static async ValueTask<IntentVerdict> CheckAsync(ReadBatch batch, IntentKey key, Intent intent, CancellationToken cancellationToken) =>
        key.Kind switch
        {
            IntentKind.Move => await CheckMoveAsync(batch, key, intent, cancellationToken),
            IntentKind.Step => await CheckStepAsync(batch, key, cancellationToken),
            IntentKind.LocalData or IntentKind.Preimage => await DoneIfAsync(
                batch, PreimageOracle.PartOk(batch, key.Target, key.Subject, key.Index), "the oracle has the part", cancellationToken),
            IntentKind.ChallengeBlock => await CheckBlockAsync(batch, key, cancellationToken),
            IntentKind.ResolveClaim => await DoneIfAsync(
                batch, GameEffects.SubgameResolved(batch, key.Target, key.Index), "the claim is resolved", cancellationToken),
            IntentKind.ResolveGame => await CheckResolveAsync(batch, key, cancellationToken),
            IntentKind.CloseGame => await DoneIfAsync(batch, GameEffects.IsClosed(batch, key.Target), "the game is closed", cancellationToken),
            IntentKind.UnlockCredit => await DoneIfAsync(
                batch, GameEffects.HasUnlockedCredit(batch, key.Target, RecipientOf(key)), "the credit is unlocked", cancellationToken),
            IntentKind.WithdrawCredit => await CheckCreditAsync(batch, key, cancellationToken),
            _ => IntentVerdict.Wanted,
        };

    private static async Task<IntentVerdict> CheckMoveAsync(ReadBatch batch, IntentKey key, Intent intent, CancellationToken cancellationToken)
    {
        Read<GameStatus> status = GameEffects.Status(batch, key.Target);
        Read<bool> exists = GameEffects.ClaimExists(batch, key.Target, key.Subject);
        Read<Claim> parent = FaultDisputeGame.ClaimData(batch, key.Target, key.Index);
        await batch.RunAsync(cancellationToken);
        if (exists.Value)
        {
            return new IntentVerdict(IntentStanding.Effective, "the claim is posted");
        }

        if (status.Value != GameStatus.InProgress)
        {
            return new IntentVerdict(IntentStanding.Unwanted, $"the game is over ({status.Value})");
        }

        if (parent.Value.Value != key.Basis)
        {
            return new IntentVerdict(IntentStanding.Unwanted, $"another claim has taken index {key.Index}");
        }

        bool attack = FaultDisputeGame.IsAttack(intent.Calldata.Span);
        Read<UInt256> bond = GameEffects.RequiredBond(
            batch, key.Target, attack ? parent.Value.Position.Attack() : parent.Value.Position.Defend());
        await batch.RunAsync(cancellationToken);
        return new IntentVerdict(IntentStanding.Wanted, "", bond.Value);
    }

    private static async Task<IntentVerdict> CheckStepAsync(ReadBatch batch, IntentKey key, CancellationToken cancellationToken)
    {
        Read<GameStatus> status = GameEffects.Status(batch, key.Target);
        Read<bool> resolved = GameEffects.SubgameResolved(batch, key.Target, key.Index);
        Read<Claim> claim = FaultDisputeGame.ClaimData(batch, key.Target, key.Index);
        await batch.RunAsync(cancellationToken);
        return claim.Value switch
        {
            { CounteredBy.IsZero: false } => new IntentVerdict(IntentStanding.Effective, $"the claim is countered by {claim.Value.CounteredBy}"),
            _ when claim.Value.Id.ContractHash() != key.Subject => new IntentVerdict(IntentStanding.Unwanted, "another claim has taken the index"),
            _ when resolved.Value || status.Value != GameStatus.InProgress => new IntentVerdict(IntentStanding.Unwanted, "the claim is resolved"),
            _ => IntentVerdict.Wanted,
        };
    }

    private static async Task<IntentVerdict> CheckBlockAsync(ReadBatch batch, IntentKey key, CancellationToken cancellationToken)
    {
        Read<Address> challenger = GameEffects.BlockChallenger(batch, key.Target);
        Read<GameStatus> status = GameEffects.Status(batch, key.Target);
        await batch.RunAsync(cancellationToken);
        return !challenger.Value.IsZero
            ? new IntentVerdict(IntentStanding.Effective, $"{challenger.Value} has challenged the block number")
            : Over(status.Value, IntentStanding.Unwanted);
    }

    private static async Task<IntentVerdict> CheckResolveAsync(ReadBatch batch, IntentKey key, CancellationToken cancellationToken)
    {
        Read<GameStatus> status = GameEffects.Status(batch, key.Target);
        await batch.RunAsync(cancellationToken);
        return Over(status.Value, IntentStanding.Effective);
    }

    private static async Task<IntentVerdict> CheckCreditAsync(ReadBatch batch, IntentKey key, CancellationToken cancellationToken)
    {
        Read<UInt256> credit = GameEffects.Credit(batch, key.Target, RecipientOf(key));
        await batch.RunAsync(cancellationToken);
        return credit.Value.IsZero ? new IntentVerdict(IntentStanding.Effective, "nothing is owed any more") : IntentVerdict.Wanted;
    }

    private static async Task<IntentVerdict> DoneIfAsync(ReadBatch batch, Read<bool> done, string reason, CancellationToken cancellationToken)
    {
        await batch.RunAsync(cancellationToken);
        return done.Value ? new IntentVerdict(IntentStanding.Effective, reason) : IntentVerdict.Wanted;
    }

    private static IntentVerdict Over(GameStatus status, IntentStanding standing) => status == GameStatus.InProgress
        ? IntentVerdict.Wanted
        : new IntentVerdict(standing, $"the game is over ({status})");

    private static Address GameOf(IntentKey key, Intent intent) => key.Kind == IntentKind.LocalData ? intent.Target : key.Target;

    private static Address RecipientOf(IntentKey key)
    {
        Hash32 word = key.Subject;
        return new Address(Hash32.BytesOf(in word)[(Hash32.Size - Address.Size)..]);
    }
}
