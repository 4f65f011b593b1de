using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Rollup;
using Spectre.Console;

namespace Gavel.Agent.Demo;

/// <summary>The first part of the demo: where the chain's parts are, and one output root found in three ways that know nothing of each other.</summary>
internal static class DemoChain
{
    /// <summary>Shows the parts of the chain.</summary>
    public static void ShowAddresses(IAnsiConsole console, LocalDevnet devnet)
    {
        Table table = new Table().Title("A local chain with the real dispute contracts").AddColumns("part", "where").Border(TableBorder.Rounded);
        table.AddRow("L1", devnet.L1Url).AddRow("L2", devnet.L2Url).AddRow("rollup node", devnet.RollupNode.Url);
        table.AddRow("SystemConfig", $"{devnet.Addresses.SystemConfig}").AddRow("DisputeGameFactory", $"{devnet.Addresses.DisputeGameFactory}");
        table.AddRow("MIPS", $"{devnet.Addresses.Mips}").AddRow("BatchInbox", $"{DevnetAddresses.BatchInbox}");
        foreach ((uint type, Address game) in devnet.Addresses.GameImplementations)
        {
            table.AddRow($"game type {type}", $"{game}");
        }

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
