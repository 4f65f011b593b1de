namespace Gavel.Devnet;

/// <summary>Times as contracts take them.</summary>
internal static class WholeSeconds
{
    /// <summary>Seconds.</summary>
    /// <exception cref="DevnetException">The time is negative or not a whole number of seconds.</exception>
    public static ulong Of(TimeSpan time) => time >= TimeSpan.Zero && time.Ticks % TimeSpan.TicksPerSecond == 0
        ? (ulong)time.TotalSeconds
        : throw new DevnetException($"{time} is not a whole number of seconds");
}
