using System.Diagnostics;
using Gavel.Contracts.Checking;
using Gavel.TestKit;
using Xunit.Abstractions;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>The twins of devnet/contracts against what the original contracts of 2.4.2 were recorded to do (README.md in this folder).</summary>
public sealed class TwinReplayTests(ITestOutputHelper output)
{
    private const int Seed = 20261126;
    private const int SampleOfProfile = 3;

    [Fact]
    [Trait("Scale", "full")]
    public async Task Recorded_games_replay_without_a_difference()
    {
        Recording recording = Recording.Read(Checkout.PathOf("tests", "vectors", "contracts", "games-2.4.2.jsonl.gz"));
        RecordedGame[] games = [.. recording.Games.GroupBy(game => game.Profile).OrderBy(profile => profile.Key, StringComparer.Ordinal).SelectMany(Chosen)];
        await using TwinChain chain = await TwinChain.StartAsync(recording.Header);
        Stopwatch watch = Stopwatch.StartNew();
        List<string> differences = [];
        foreach (RecordedGame game in games)
        {
            differences.AddRange(await Replay.RunAsync(chain, recording.Header, game));
        }

        RecordedAction[] actions = [.. games.SelectMany(game => game.Actions)];
        output.WriteLine($"{games.Length} games, {actions.Length} actions, {actions.Count(action => !action.Ok)} of them refused, "
            + $"{actions.Count(action => action.Vm is not null)} VM runs: {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(differences.Count == 0, $"seed {Seed}: {differences.Count} differences\n" + string.Join('\n', differences.Take(40)));
    }

    // Some of each profile; all at the full scale.
    private static RecordedGame[] Chosen(IEnumerable<RecordedGame> profile)
    {
        RecordedGame[] games = [.. profile];
        new Random(Seed).Shuffle(games);
        return games[..Math.Min(games.Length, Scale.Of(SampleOfProfile, int.MaxValue))];
    }
}
