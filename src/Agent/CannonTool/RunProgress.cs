using System.Diagnostics;
using System.Globalization;
using Gavel.Cannon;

namespace Gavel.Agent.CannonTool;

/// <summary>Lines on standard error about a run that takes long: steps, speed, time left where the end is known, memory.</summary>
internal sealed class RunProgress(TextWriter error)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private ulong _first;
    private string? _run;
    private TimeSpan _next = Interval;

    /// <summary>Writes a line if the last one is long enough ago.</summary>
    /// <param name="what">The run's name.</param>
    /// <param name="progress">Where it is.</param>
    /// <param name="last">The step at which it ends, if that is known.</param>
    public void Show(string what, VmProgress progress, ulong? last)
    {
        if (_run != what)
        {
            Begin(what, progress.Step);
        }
        else if (_watch.Elapsed >= _next)
        {
            Write(what, progress, last);
            _next = _watch.Elapsed + Interval;
        }
    }

    /// <summary>Writes a line.</summary>
    public void Write(string what, VmProgress progress, ulong? last)
    {
        if (_run != what)
        {
            Begin(what, progress.Step);
        }

        double rate = (progress.Step - _first) / Math.Max(_watch.Elapsed.TotalSeconds, 0.001);
        string left = last is { } end && rate > 0 && end > progress.Step ? $", {Time((end - progress.Step) / rate)} left" : "";
        error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: step {progress.Step}, {rate / 1e6:0.0} million steps/s{left}, {progress.Pages * 4 / 1024.0:0.0} MiB in {progress.Pages} pages, {progress.Threads} threads, {progress.PreimagesFetched} preimages"));
    }

    private void Begin(string what, ulong step)
    {
        (_run, _first) = (what, step);
        _watch.Restart();
        _next = Interval;
    }

    private static string Time(double seconds) => seconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(seconds / 60, 1e9):0} min");
}
