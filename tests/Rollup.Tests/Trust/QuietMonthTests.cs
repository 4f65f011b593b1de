using Gavel.Rollup.Tests.Trust.World;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>A month of valid games, with nodes that are restarted, lag, fall silent and lose their records all the time: nothing is ever called false.</summary>
public sealed class QuietMonthTests
{
    private const int Steps = 30 * 24 * 2;
    private static readonly TimeSpan _step = TimeSpan.FromMinutes(30);

    [Theory]
    [InlineData("a", 1)]
    [InlineData("abc", 2)]
    public void ValidGames_AreNeverCalledFalse(string groups, int seed) => FakeWorld.OnThisThread(() =>
    {
        Random random = new(seed);
        using FakeWorld world = new([.. groups.Select(group => $"{group}")], 2, null, firstL1: 1_000);
        List<(GameCase Case, int Made, bool WasValid)> games = [];
        int judged = 0;
        for (int step = 0; step < Steps; step++)
        {
            ulong l1 = world.L1Number;
            if (step % 12 == 0)
            {
                ulong block = FakeChains.Safe(l1 - 10) - (ulong)random.Next(0, 3);
                games.Add((world.Game(FakeChains.L2(block).Output, block, head: l1 - 5), step, false));
            }

            games.RemoveAll(game => step - game.Made > 7 * 24);
            if (random.Next(8) == 0)
            {
                Trouble(world.Rollup[random.Next(world.Rollup.Length)], l1, random);
            }
            else if (random.Next(2) == 0)
            {
                foreach (FakeRollup node in world.Rollup)
                {
                    node.Fault = Fault.None;
                }
            }

            world.Cycle(games.Select(game => game.Case), [], length: _step);
            for (int i = 0; i < games.Count; i++)
            {
                (GameCase game, int made, bool wasValid) = games[i];
                Verdict verdict = game.Weigh().Verdict;
                Assert.True(verdict.Truth == Truth.Valid || (verdict.Truth == Truth.Unavailable && !wasValid), $"step {step}, game of step {made}: {verdict}");
                judged += verdict.Truth == Truth.Valid && !wasValid ? 1 : 0;
                games[i] = (game, made, wasValid || verdict.Truth == Truth.Valid);
            }
        }

        Assert.InRange(judged, Steps / 12 * 3 / 4, Steps / 12);
    });

    private static void Trouble(FakeRollup node, ulong l1, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                node.Replays = (l1 - 120, l1 + (ulong)random.Next(30, 300));
                break;
            case 1:
                node.Replays = (l1 - 120, l1 + (ulong)random.Next(30, 300));
                node.RecordFrom = l1 - 125;
                break;
            case 2:
                node.Fault = new Fault { IsSilent = true };
                break;
            case 3:
                node.Fault = new Fault { Lag = (ulong)random.Next(1, 400) };
                break;
            default:
                node.Fault = new Fault { Error = "optimism_safeHeadAtL1Block" };
                break;
        }
    }
}
