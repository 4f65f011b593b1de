using System.CommandLine;
using System.CommandLine.Parsing;
using Gavel.Agent.CannonTool;
using Gavel.Cannon;

namespace Gavel.Agent.Commands;

/// <summary><c>agent cannon run</c>: runs a state, with proofs and snapshots at chosen steps.</summary>
internal static class CannonRunCommand
{
    private const string Pattern = "never, always, =N or %N";

    public static Command Create()
    {
        Option<string> input = new("--input") { Description = "the state to start from; empty for standard input", Required = true };
        Option<string> output = Text("--output", "where the last state goes (.bin, .bin.gz, - for standard output); empty for nowhere", "out.bin.gz");
        Option<string> proofAt = Text("--proof-at", $"steps to prove: {Pattern}", "never");
        Option<string> proofFormat = Text("--proof-fmt", "where proofs go, %d being the step; gzip if it ends in .gz", "proof-%d.json");
        Option<string> snapshotAt = Text("--snapshot-at", $"steps to write states at: {Pattern}", "never");
        Option<string> snapshotFormat = Text("--snapshot-fmt", "where these states go, %d being the step", "state-%d.bin.gz");
        Option<string> stopAt = Text("--stop-at", $"step to stop at: {Pattern}", "never");
        Option<string> stopAtPreimage = Text("--stop-at-preimage", "stop after a read of this preimage: KEYPREFIX[@OFFSET[@LEAST-STEP]]", "");
        Option<string> stopAtType = Text("--stop-at-preimage-type", "stop after a read of this type: local, keccak, sha256, blob, precompile, any", "");
        Option<int> largerThan = new("--stop-at-preimage-larger-than") { Description = "and only if the preimage has more bytes than this" };
        Option<string> meta = Text("--meta", "the symbols' file, which must exist; empty for none; not used", "meta.json");
        Option<string> infoAt = Text("--info-at", $"steps to print a line at: {Pattern}", "%1000000000");
        Option<bool> profile = new("--pprof.cpu") { Description = "accepted for the sake of callers" };
        Option<bool> debug = new("--debug") { Description = "accepted for the sake of callers" };
        Option<string> debugInfo = Text("--debug-info", "a file for figures about the run", "");
        Option<VmEngine> engine = new("--engine")
        {
            Description = "who runs plain instructions: auto, interpreter, translator; the results are the same",
            DefaultValueFactory = _ => VmEngine.Auto,
        };
        Argument<string[]> server = new("SERVER") { Description = "after --: the preimage server and its arguments", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("run", "Run a state")
        {
            input, output, proofAt, proofFormat, snapshotAt, snapshotFormat, stopAt, stopAtPreimage, stopAtType, largerThan, meta, infoAt, profile, debug, debugInfo, engine, server,
        };
        command.SetAction(parsed => CannonCommand.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            string[] serverCommand = parsed.GetValue(server) ?? [];
            RejectUnknownOptions(parsed, serverCommand);
            CannonFiles.CheckStateName(parsed.GetRequiredValue(output), "--output");
            CannonFiles.CheckStateName(parsed.GetRequiredValue(snapshotFormat), "--snapshot-fmt");
            CannonRunOptions options = new()
            {
                Input = parsed.GetRequiredValue(input),
                Output = parsed.GetRequiredValue(output),
                ProofAt = StepPattern.Parse(parsed.GetRequiredValue(proofAt)),
                ProofFormat = parsed.GetRequiredValue(proofFormat),
                SnapshotAt = StepPattern.Parse(parsed.GetRequiredValue(snapshotAt)),
                SnapshotFormat = parsed.GetRequiredValue(snapshotFormat),
                StopAt = StepPattern.Parse(parsed.GetRequiredValue(stopAt)),
                StopAtPreimage = PreimageStop.Parse(parsed.GetRequiredValue(stopAtPreimage), parsed.GetRequiredValue(stopAtType), parsed.GetValue(largerThan)),
                InfoAt = StepPattern.Parse(parsed.GetRequiredValue(infoAt)),
                DebugInfo = parsed.GetRequiredValue(debugInfo),
                Engine = parsed.GetValue(engine),
                Server = serverCommand,
            };
            if (parsed.GetRequiredValue(meta) is { Length: > 0 } symbols && !File.Exists(symbols))
            {
                throw new FormatException($"--meta {symbols}: there is no such file; give --meta= if there are no symbols");
            }

            return new CannonRun(options, parsed.InvocationConfiguration.Error).Run();
        }));
        return command;
    }

    // The server's own options come after "--"; one before it would silently be taken for a part of the server's command line.
    private static void RejectUnknownOptions(ParseResult parsed, string[] serverCommand)
    {
        int behindDashes = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        if (serverCommand.SkipLast(behindDashes).FirstOrDefault(word => word.StartsWith('-')) is { } unknown)
        {
            throw new FormatException($"unknown option {unknown}; what belongs to the preimage server comes after --");
        }
    }

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
