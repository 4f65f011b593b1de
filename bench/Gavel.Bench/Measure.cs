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
}
