using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>What the random games of all portions have met: the play must have met every error that it can meet, or it proves little.</summary>
public sealed class WhatGamesMet
{
    private static readonly string[] All =
    [
        "move", "step", "resolveClaim", "honest", "addLocalData", "challengeRootL2Block", "step on a resolved leaf",
        "move: ClaimAlreadyExists", "move: CannotDefendRootClaim", "move: UnexpectedRootClaim", "move: IncorrectBondAmount",
        "move: ClockTimeExceeded", "move: GameDepthExceeded", "move: InvalidDisputedClaimIndex", "move: ArrayOutOfBounds",
        "step: ValidStep", "step: InvalidPrestate", "step: InvalidParent", "step: DuplicateStep", "step: VmReverted",
        "resolveClaim: ClockNotExpired", "resolveClaim: OutOfOrderResolution", "resolveClaim: ClaimAlreadyResolved",
    ];

    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _ended;

    /// <summary>Adds what a game met.</summary>
    public void Add(string act, int count) => _counts.AddOrUpdate(act, count, (_, known) => known + count);

    /// <summary>A portion has ended well.</summary>
    /// <returns>How many have by now.</returns>
    public int Ended() => Interlocked.Increment(ref _ended);

    /// <summary>Shows the counts, and fails for what nothing has met.</summary>
    public void AssertAll(ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(output);
        foreach ((string act, int count) in _counts.OrderBy(met => met.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count,6} {act}");
        }

        Assert.All(All, act => Assert.True(_counts.ContainsKey(act), $"no game met \"{act}\""));
    }
}
