using Gavel.GameSolver;

namespace Gavel.SuperRoots;

/// <summary>What is to be known of one second.</summary>
/// <param name="Timestamp">Seconds since the epoch.</param>
public sealed record MomentWant(ulong Timestamp) : TraceWant;

/// <summary>
/// The honest claims of a super game down to its split depth, out of what is known of each second. It asks for nothing: a second that is not known makes the
/// answer unavailable, and is named as wanted.
/// </summary>
/// <param name="timeline">The game's start, claimed timestamp and split depth.</param>
/// <param name="start">The super root that both sides agree on; its preimage is on chain.</param>
/// <param name="moments">What is known of a second at the game's L1 head; null where nothing is.</param>
public sealed class SuperTrace(SuperTimeline timeline, SuperRoot start, Func<ulong, SuperMoment?> moments)
{
    private readonly Dictionary<Hash32, ReadOnlyMemory<byte>> _preimages = new()
    {
        [start.Hash] = start.Encoding,
        [SuperClaim.Invalid.Value] = SuperClaim.Invalid.Preimage,
    };

    /// <summary>The game's start, claimed timestamp and split depth.</summary>
    public SuperTimeline Timeline { get; } = timeline.Start == start.Timestamp && start.IsAscending && start.Chains.Count < SuperTimeline.StepsPerSecond
        ? timeline
        : throw new ArgumentException($"no trace starts at {timeline.Start} from super root {start}", nameof(start));

    /// <summary>The super root that both sides agree on.</summary>
    public SuperRoot Start { get; } = start;

    /// <summary>The honest claim at a position at or above the split depth.</summary>
    public TraceAnswer<SuperClaim> ClaimAt(Position position) => ClaimAt(Timeline.At(position));

    /// <summary>
    /// The bytes behind a value that this trace has given, or that it starts from; null for any other. Values stay known when nodes forget: a claim that was posted is the program's
    /// input later.
    /// </summary>
    public ReadOnlyMemory<byte>? PreimageOf(Hash32 value) => _preimages.TryGetValue(value, out ReadOnlyMemory<byte> preimage) ? preimage : (ReadOnlyMemory<byte>?)null;

    /// <summary>The honest claim at a place.</summary>
    public TraceAnswer<SuperClaim> ClaimAt(SuperPlace place)
    {
        TraceAnswer<SuperClaim> answer = Find(place);
        if (answer.IsAvailable)
        {
            _preimages[answer.Value.Value] = answer.Value.Preimage;
        }

        return answer;
    }

    // The rules: a super root must be derivable, and so must be the blocks of the first chains at the next second. What one of them lacks makes this place, and by the same rule all
    // later ones, invalid; the steps before it are still good.
    private TraceAnswer<SuperClaim> Find(SuperPlace place)
    {
        // Nothing is said before the start is known to be the game's: who does not know that second may well miss later ones.
        if (!TryMoment(Timeline.Start, out _, out TraceAnswer<SuperClaim> lacking) || !TryMoment(place.Timestamp, out SuperMoment now, out lacking))
        {
            return lacking;
        }

        if (now.Root is null || place.Step == 0)
        {
            return TraceAnswer.Of(now.Root is null ? SuperClaim.Invalid : SuperClaim.Of(now.Root));
        }

        if (!TryMoment(place.Timestamp + 1, out SuperMoment next, out lacking))
        {
            return lacking;
        }

        OptimisticBlock?[] progress = [.. next.Blocks.Take(place.Step)];
        return TraceAnswer.Of(progress.Contains(null)
            ? SuperClaim.Invalid
            : SuperClaim.Of(new TransitionState(now.Root, [.. progress.Select(static block => block!.Value)], (ulong)place.Step)));
    }

    private bool TryMoment(ulong timestamp, out SuperMoment moment, out TraceAnswer<SuperClaim> lacking)
    {
        lacking = default;
        if (moments(timestamp) is not { } known)
        {
            moment = null!;
            lacking = TraceAnswer.Unavailable<SuperClaim>($"what the game's L1 head makes of second {timestamp} is not known", new MomentWant(timestamp));
            return false;
        }

        moment = known;
        string? problem = known.Blocks.Count != Start.Chains.Count ? $"{known.Blocks.Count} chains are known of second {timestamp} where the game starts from {Start.Chains.Count}"
            : known.Root is { } root && !root.Chains.Select(static chain => chain.ChainId).SequenceEqual(Start.Chains.Select(static chain => chain.ChainId))
                ? $"the super root of second {timestamp} is of other chains than the game's start"
            : timestamp == Timeline.Start && known.Root?.Hash != Start.Hash ? $"the super root of second {timestamp} is {known.Root?.Hash.ToString() ?? "not derivable"}, not the game's start {Start.Hash}"
            : null;
        lacking = problem is null ? default : TraceAnswer.Unavailable<SuperClaim>(problem, new MomentWant(timestamp));
        return problem is null;
    }
}
