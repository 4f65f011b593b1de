using System.Globalization;
using Gavel.GameSolver;
using Gavel.SuperRoots;

namespace Gavel.Traces.Checking;

/// <summary>Recorded positions with the second and the step that they speak of.</summary>
internal static class RecordedPlaces
{
    public static SuperCheck Check(string file) => SuperCheck.OfLines(file, "step", static line =>
    {
        SuperTimeline timeline = new(line.GetProperty("start_timestamp").GetUInt64(), line.GetProperty("claim_timestamp").GetUInt64(), line.GetProperty("split_depth").GetInt32());
        Position position = new(UInt128.Parse(RecordedEncodings.Text(line, "gindex"), CultureInfo.InvariantCulture));
        SuperPlace place = timeline.At(position);
        return RecordedEncodings.Differences(
            ("trace index", $"{line.GetProperty("trace_index")}", $"{position.TraceIndex(timeline.SplitDepth)}"),
            ("second", $"{line.GetProperty("timestamp")}", $"{place.Timestamp}"),
            ("step", $"{line.GetProperty("step")}", $"{place.Step}"));
    });
}
