using System.Text.Json;
using Gavel.SuperRoots;

namespace Gavel.Traces.Checking;

/// <summary>Recorded encodings, good and malformed, against those of this build.</summary>
internal static class RecordedEncodings
{
    // The reference's words for what it refuses. It does not look at step and progress; we do.
    private static readonly (string Text, SuperFault Fault)[] s_faults =
    [
        ("invalid super root version", SuperFault.Version),
        ("invalid super root", SuperFault.Length),
        ("EOF", SuperFault.Cut),
        ("value size exceeds", SuperFault.Cut),
        ("expected input list", SuperFault.NoList),
        ("too few elements", SuperFault.TooFewFields),
        ("too many elements", SuperFault.TooManyFields),
        ("more than one value", SuperFault.TrailingBytes),
        ("leading zero bytes", SuperFault.NumberForm),
        ("too long for uint64", SuperFault.NumberSize),
        ("for common.Hash", SuperFault.HashSize),
        ("non-canonical size", SuperFault.LengthForm),
    ];

    public static SuperCheck Roots(string file) => SuperCheck.OfLines(file, "super root", static line =>
    {
        SuperRoot root = SuperRoot.Build(line.GetProperty("timestamp").GetUInt64(), line.GetProperty("chains").EnumerateArray().Select(static chain =>
            new ChainOutput(UInt256.Parse(Text(chain, "chain_id")), Hash32.Parse(Text(chain, "output_root")))));
        byte[] encoding = Hex.Decode(Text(line, "encoding"));
        SuperRoot read = SuperRoot.Decode(encoding);
        return Differences(
            ("encoding", Text(line, "encoding"), Hex.Encode(root.Encoding.Span)),
            ("hash", Text(line, "hash"), $"{root.Hash}"),
            ("what is read of it", $"{root}", $"{read}"),
            ("encoding of what is read of it", Text(line, "encoding"), Hex.Encode(read.Encoding.Span)),
            ("whether the program reads it", line.GetProperty("fits_kona").GetBoolean() ? "yes" : "no", read.FitsProgram ? "yes" : "no"));
    });

    public static SuperCheck Transitions(string file) => SuperCheck.OfLines(file, "transition state", static line =>
    {
        TransitionState state = new(
            SuperRoot.Decode(Hex.Decode(Text(line, "super_root"))),
            [.. line.GetProperty("pending").EnumerateArray().Select(static block => new OptimisticBlock(Hash32.Parse(Text(block, "block_hash")), Hash32.Parse(Text(block, "output_root"))))],
            line.GetProperty("step").GetUInt64());
        TransitionState read = TransitionState.Decode(Hex.Decode(Text(line, "encoding")));
        return Differences(
            ("encoding", Text(line, "encoding"), Hex.Encode(state.Encoding.Span)),
            ("hash", Text(line, "hash"), $"{state.Hash}"),
            ("what is read of it", $"{state}", $"{read}"),
            ("blocks that are read of it", string.Join(", ", state.Progress), string.Join(", ", read.Progress)),
            ("encoding of what is read of it", Text(line, "encoding"), Hex.Encode(read.Encoding.Span)));
    });

    public static SuperCheck Malformed(string file)
    {
        int stricter = 0;
        SuperCheck check = SuperCheck.OfLines(file, "malformed encoding", line =>
        {
            byte[] encoding = Hex.Decode(Text(line, "encoding"));
            JsonElement reference = line.GetProperty("reference");
            string whole = Text(reference, "unmarshal_transition_state");
            SuperFault? expected = FaultOf(whole) ?? (reference.TryGetProperty("inner_super_root", out JsonElement inner) ? FaultOf(inner.GetString()!) : null);
            SuperFault? found = FaultOf(() => _ = encoding is [TransitionState.Version, ..] ? TransitionState.Decode(encoding).Hash : SuperRoot.Decode(encoding).Hash);
            if (expected is null && found is SuperFault.Step or SuperFault.Progress)
            {
                stricter++;
                found = null;
            }

            return Differences(
                ("fault as a super root", Named(FaultOf(Text(reference, "unmarshal_super_root"))), Named(FaultOf(() => SuperRoot.Decode(encoding)))),
                ("fault as a state", Named(expected), Named(found)));
        });
        return check with { Counts = $"{check.Counts}, {stricter} of them refused for step or progress only here" };
    }

    internal static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    internal static IEnumerable<string> Differences(params (string What, string Expected, string Actual)[] pairs) =>
        pairs.Where(static pair => pair.Expected != pair.Actual).Select(static pair => $"{pair.What} is {Short(pair.Actual)}, not {Short(pair.Expected)}");

    private static SuperFault? FaultOf(string text) => text == "ok"
        ? null
        : s_faults.FirstOrDefault(fault => text.Contains(fault.Text, StringComparison.Ordinal)) is { Text: not null } known ? known.Fault
        : throw new FormatException($"the refusal \"{text}\" is not known");

    private static SuperFault? FaultOf(Action decode)
    {
        try
        {
            decode();
            return null;
        }
        catch (SuperFormatException refused)
        {
            return refused.Fault;
        }
    }

    private static string Named(SuperFault? fault) => fault?.ToString() ?? "none";

    private static string Short(string text) => text.Length <= 300 ? text : $"{text[..300]}… ({text.Length} characters)";
}
