using System.Diagnostics;

namespace Gavel.Bench;

/// <summary>Times an action over several rounds and takes the median, so that one disturbed round does not decide.</summary>
internal static class Measure
{
    /// <summary>Median wall time in seconds of <paramref name="rounds"/> runs after one that warms up.</summary>
    public static double MedianSeconds(int rounds, Action action)
    {
        action();
        double[] seconds = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        return seconds[rounds / 2];
    }

    /// <summary>
    /// Median wall times in seconds of several actions, run in turns over <paramref name="rounds"/> rounds after three that warm up: their
    /// ratios hold on a machine that is shared.
    /// </summary>
    public static double[] MedianSecondsInterleaved(int rounds, params IReadOnlyList<Action> actions)
    {
        const int WarmUp = 3;
        double[][] seconds = [.. actions.Select(_ => new double[rounds])];
        for (int round = -WarmUp; round < rounds; round++)
        {
            for (int i = 0; i < actions.Count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                actions[i]();
                if (round >= 0)
                {
                    seconds[i][round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }
        }

        return Array.ConvertAll(seconds, static times =>
        {
            Array.Sort(times);
            return times[times.Length / 2];
        });
    }
}
