using Gavel.Challenger;

namespace Gavel.Agent.Hosting;

/// <summary>Whether the process is caught up and able to send, with one line for each thing that stands against it.</summary>
/// <param name="challenger">The defence.</param>
/// <param name="options">The chains that ought to be defended.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class Readiness(ChallengerService challenger, ChallengerOptions options, TimeProvider clock)
{
    // A cycle that takes longer than this, or ten polls, is no cycle any more.
    private static readonly TimeSpan LongestCycle = TimeSpan.FromMinutes(5);

    /// <summary>What stands against being ready; empty when it is.</summary>
    public IReadOnlyList<string> Lines()
    {
        DateTimeOffset now = clock.GetUtcNow();
        return
        [
            .. options.Chains.Select(chain => (chain.Name, Problem: ProblemOf(chain, challenger.Health.GetValueOrDefault(chain.Name), now)))
                .Where(chain => chain.Problem is not null)
                .Select(chain => $"{chain.Name}: {OneLine(chain.Problem!)}"),
            .. challenger.Dangers.Dangers.Where(danger => danger.Severity >= DangerSeverity.Warn).Select(danger => Line(danger, now)),
        ];
    }

    private static string? ProblemOf(ChainOptions chain, ChainHealth? health, DateTimeOffset now)
    {
        TimeSpan longest = TimeSpan.FromSeconds(Math.Max(LongestCycle.TotalSeconds, 10 * chain.PollSeconds));
        return health switch
        {
            null => "not read yet",
            { Problem: { } problem } => problem,
            { L1Block: null } => "not read yet",
            _ when now - health.At > longest => $"no cycle has ended since {health.At:u}",
            _ => null,
        };
    }

    private static string Line(Danger danger, DateTimeOffset now)
    {
        string left = danger.Deadline is not { } deadline ? ""
            : deadline > now ? $"; until {deadline:u}, {Math.Floor((deadline - now).TotalSeconds)} s are left"
            : $"; it was to be mended by {deadline:u}";
        return OneLine($"{danger.Severity.ToString().ToLowerInvariant()} {danger.Code}: {danger.Subject}: {danger.Problem}; {danger.Mend}; since {danger.Since:u}{left}");
    }

    // What nodes say may hold line breaks, and others' text must not look like lines of ours.
    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
