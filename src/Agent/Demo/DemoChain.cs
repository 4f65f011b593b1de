using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Rollup;
using Spectre.Console;

namespace Gavel.Agent.Demo;

/// <summary>The first part of the demo: where the chain's parts are, and one output root found in three ways that know nothing of each other.</summary>
internal static class DemoChain
{
    /// <summary>Shows the parts of the chain, and which contracts are the originals and which our twins of them.</summary>
    public static void ShowAddresses(IAnsiConsole console, LocalDevnet devnet)
    {
        bool isTwin = devnet.Options.Generation != DevnetGeneration.V1;
        string generation = DevnetDescription.NameOf(devnet.Options.Generation);
        string title = isTwin
            ? $"A local chain with our twins of the dispute contracts of {generation}, and the real MIPS and PreimageOracle"
            : $"A local chain with the real dispute contracts of {generation}";
        const string Real = "real";
        string disputes = isTwin ? "our twin" : Real;
        DevnetAddresses at = devnet.Addresses;
        console.MarkupLineInterpolated($"[italic]{title}[/]");
        Table table = new Table().AddColumns("part", "where", "contract").Border(TableBorder.Rounded);
        table.AddRow("L1", devnet.L1Url, "").AddRow("L2", devnet.L2Url, "").AddRow("rollup node", devnet.RollupNode.Url, "");
        table.AddRow("SystemConfig", $"{at.SystemConfig}", disputes).AddRow("DisputeGameFactory", $"{at.DisputeGameFactory}", disputes);
        table.AddRow("AnchorStateRegistry", $"{at.AnchorStateRegistry}", disputes).AddRow("DelayedWETH", $"{at.DelayedWeth}", disputes);
        foreach ((uint type, Address game) in at.GameImplementations)
        {
            table.AddRow($"game type {type}", $"{game}", disputes);
        }

        table.AddRow("MIPS", $"{at.Mips}", Real).AddRow("PreimageOracle", $"{at.PreimageOracle}", Real);
        table.AddRow("BatchInbox", $"{DevnetAddresses.BatchInbox}", "the demo's own");
        console.Write(table);
    }

    /// <summary>Posts one L2 block and finds its output root by derivation from L1, from the rollup node, and from the L2 node's data.</summary>
    /// <returns>Whether all agree.</returns>
    public static async Task<bool> ShowOneBlockAsync(IAnsiConsole console, LocalDevnet devnet, CancellationToken cancellationToken)
    {
        ulong number = await devnet.MineL2Async(cancellationToken: cancellationToken);
        RollupView view = await new RollupDerivation(devnet.L1).AdvanceAsync(null, cancellationToken);
        DerivedBlock derived = view.Find(number) ?? throw new DevnetException($"L2 block {number} is not on L1");

        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(devnet.RollupNode.Url));
        ToldOutput told = await new RollupNode(endpoint).OutputAtBlockAsync(number, cancellationToken);

        BlockHeader header = (await devnet.L2.GetBlockAsync(BlockRef.At(number), cancellationToken)).ReadHeader();
        AccountProof proof = await devnet.L2.GetProofAsync(OutputRoot.MessagePasser, [], BlockRef.At(header.Hash), cancellationToken);
        proof.Verify(header.StateRoot);
        Hash32 rebuilt = OutputRoot.Compute(header.StateRoot, proof.State.StorageRoot, header.Hash);

        Table table = new Table().Title($"The output root of L2 block {number}").AddColumns("source", "output root").Border(TableBorder.Rounded);
        table.AddRow($"derived from the batch in L1 block {derived.L1Inclusion.Number}", $"{derived.OutputRoot}");
        table.AddRow("told by the rollup node", $"{told.OutputRoot}");
        table.AddRow("rebuilt from the L2 header and a verified account proof", $"{rebuilt}");
        console.Write(table);
        bool agree = derived.OutputRoot == told.OutputRoot && told.OutputRoot == rebuilt;
        console.MarkupLine(agree ? "[green]All three agree.[/]" : "[red]They differ.[/]");
        return agree;
    }
}
