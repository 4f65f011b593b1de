using System.Globalization;
using System.Text.Json;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.SuperRoots;

namespace Gavel.Traces.Checking;

/// <summary>
/// Recorded worlds of super games: a node's answers for each second go through this build's reader, and the trace made of them is held against the recorded claims, preimages and local data.
/// </summary>
internal static class RecordedWorlds
{
    private const string Unavailable = "unavailable";

    public static SuperCheck Check(string file)
    {
        SortedDictionary<string, int> kinds = new(StringComparer.Ordinal);
        int positions = 0;
        int branches = 0;
        SuperCheck check = SuperCheck.OfLines(file, "world", line =>
        {
            string kind = RecordedEncodings.Text(line, "kind");
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            positions += line.GetProperty("positions").GetArrayLength();
            branches += line.GetProperty("bottom").GetArrayLength();
            SuperTrace trace = TraceOf(line);
            return
            [
                .. RecordedEncodings.Differences(("start", RecordedEncodings.Text(line, "start_root"), $"{trace.Start.Hash}")),
                .. line.GetProperty("positions").EnumerateArray().SelectMany(claim => Positions(trace, claim)),
                .. FirstInvalid(trace, line.GetProperty("first_invalid_trace_index")),
                .. line.GetProperty("bottom").EnumerateArray().SelectMany(branch => Branches(trace, branch)),
            ];
        });
        return check with { Counts = $"{check.Counts} ({string.Join(", ", kinds.Select(static kind => $"{kind.Value} {kind.Key}"))}), {positions} positions, {branches} branches" };
    }

    private static SuperTrace TraceOf(JsonElement line)
    {
        ulong l1Head = line.GetProperty("l1_head").GetUInt64();
        SuperChain[] chains = [.. line.GetProperty("chains").EnumerateArray()
            .Select(static chain => new SuperChain(
                UInt256.Parse(RecordedEncodings.Text(chain, "chain_id")), chain.GetProperty("genesis_time").GetUInt64(), chain.GetProperty("block_time").GetUInt64()))
            .OrderBy(static chain => chain.Id)];
        Dictionary<ulong, SuperMoment?> moments = [];
        foreach (JsonProperty answer in line.GetProperty("responses").EnumerateObject())
        {
            ulong timestamp = ulong.Parse(answer.Name, CultureInfo.InvariantCulture);
            moments[timestamp] = SuperReading.Of(Read(answer, timestamp), l1Head, chains).Moment;
        }

        SuperTimeline timeline = new(line.GetProperty("start_timestamp").GetUInt64(), line.GetProperty("claim_timestamp").GetUInt64(), line.GetProperty("split_depth").GetInt32());
        return new SuperTrace(timeline, SuperRoot.Decode(Hex.Decode(RecordedEncodings.Text(line, "start_preimage"))), moments.GetValueOrDefault);
    }

    private static SuperRootAnswer Read(JsonProperty answer, ulong timestamp)
    {
        try
        {
            return SuperRootAnswer.Read(new RpcValue(answer.Value, $"responses.{answer.Name}"), timestamp);
        }
        catch (RpcException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static IEnumerable<string> Positions(SuperTrace trace, JsonElement recorded)
    {
        Position position = PositionOf(recorded);
        SuperPlace place = trace.Timeline.At(position);
        TraceAnswer<SuperClaim> claim = trace.ClaimAt(position);
        string kind = !claim.IsAvailable ? Unavailable : claim.Value.Kind switch
        {
            SuperClaimKind.Root => "super",
            SuperClaimKind.Transition => "transition",
            _ => "invalid",
        };
        string? preimage = recorded.TryGetProperty("preimage", out JsonElement told) ? told.GetString() : null;
        return RecordedEncodings.Differences(
            ("trace index", $"{recorded.GetProperty("trace_index")}", $"{position.TraceIndex(trace.Timeline.SplitDepth)}"),
            ("second", $"{recorded.GetProperty("timestamp")}", $"{place.Timestamp}"),
            ("step", $"{recorded.GetProperty("step")}", $"{place.Step}"),
            ("kind", RecordedEncodings.Text(recorded, "kind"), kind),
            ("claim", $"{recorded.GetProperty("claim")}", claim.IsAvailable ? $"{claim.Value.Value}" : ""),
            ("preimage", preimage ?? "", preimage is null ? "" : claim.IsAvailable ? Hex.Encode(claim.Value.Preimage.Span) : Unavailable))
            .Select(difference => $"at position {position} {difference}");
    }

    private static IEnumerable<string> FirstInvalid(SuperTrace trace, JsonElement recorded)
    {
        UInt128 last = (UInt128.One << trace.Timeline.SplitDepth) - 1;
        if (!trace.ClaimAt(Position.Root).IsAvailable)
        {
            return [];
        }

        if (recorded.ValueKind == JsonValueKind.Null)
        {
            return IsInvalid(last) ? ["a claim is invalid, none is recorded to be"] : [];
        }

        ulong first = recorded.GetUInt64();
        return !IsInvalid(first) || (first > 0 && IsInvalid(first - 1)) ? [$"invalid does not begin at trace index {first}"] : [];

        bool IsInvalid(UInt128 index) => trace.ClaimAt(Position.At(trace.Timeline.SplitDepth, index)) is { IsAvailable: true, Value.Kind: SuperClaimKind.Invalid };
    }

    private static IEnumerable<string> Branches(SuperTrace trace, JsonElement recorded)
    {
        JsonElement pre = recorded.GetProperty("pre");
        OutputClaim? agreed = pre.ValueKind == JsonValueKind.Null ? null : ClaimOf(pre);
        ExecutionBranch branch = new(agreed, ClaimOf(recorded.GetProperty("post")));
        UInt128 leaf = UInt128.Parse(RecordedEncodings.Text(recorded, "leaf_gindex"), CultureInfo.InvariantCulture);
        TraceAnswer<SuperLocalInputs> inputs = SuperLocalInputs.Of(Hash32.Zero, trace, branch);
        TraceAnswer<VmStatus> status = SuperLocalInputs.StatusOf(trace, branch);
        bool isAttack = branch.Disputed.Position.GIndex == leaf;
        string neighbour = isAttack
            ? new Position(leaf).IndexAtDepth == 0 ? "none" : $"{new Position(leaf - 1).TraceAncestor()}"
            : $"{new Position(leaf + 1).TraceAncestor()}";
        Hash32 context = agreed is { } claim
            ? LocalContext.Of(claim.Value, claim.Position.GIndex, branch.Disputed.Value, branch.Disputed.Position.GIndex)
            : LocalContext.OfFirstBlock(branch.Disputed.Value, branch.Disputed.Position.GIndex);
        return RecordedEncodings.Differences(
            ("neighbour of the leaf", isAttack ? agreed?.Position.ToString() ?? "none" : $"{branch.Disputed.Position}", neighbour),
            ("local context", RecordedEncodings.Text(recorded, "local_context"), $"{context}"),
            ("agreed bytes", RecordedEncodings.Text(recorded, "agreed_prestate"), inputs.IsAvailable ? Hex.Encode(inputs.Value.AgreedPreimage.Span) : inputs.Reason),
            ("datum 2", RecordedEncodings.Text(recorded, "ident2"), Datum(inputs, 2)),
            ("datum 3", RecordedEncodings.Text(recorded, "ident3"), Datum(inputs, 3)),
            ("datum 4", RecordedEncodings.Text(recorded, "ident4"), Datum(inputs, 4)),
            ("status of the program", RecordedEncodings.Text(recorded, "expected_vm_status"), status.IsAvailable ? status.Value.ToString().ToLowerInvariant() : status.Reason))
            .Select(difference => $"below leaf {leaf} {difference}");
    }

    private static string Datum(TraceAnswer<SuperLocalInputs> inputs, ulong ident) => inputs.IsAvailable ? Hex.Encode(inputs.Value.Datum(ident)) : inputs.Reason;

    private static OutputClaim ClaimOf(JsonElement claim) => new(Hash32.Parse(RecordedEncodings.Text(claim, "value")), PositionOf(claim));

    private static Position PositionOf(JsonElement claim) => new(UInt128.Parse(RecordedEncodings.Text(claim, "gindex"), CultureInfo.InvariantCulture));
}
