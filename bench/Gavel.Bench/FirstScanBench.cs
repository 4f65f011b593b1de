using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Bench;

/// <summary>
/// Requests of a first scan for each game in progress, counted on a devnet: by clone code and implementation, against asking each game for
/// everything (which is what is done for clones that are foreign, and was done for all).
/// </summary>
internal static class FirstScanBench
{
    private const int Games = 20;

    public static void Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync(new DevnetOptions { InitialL2Blocks = 2 });
        Address factory = devnet.Addresses.DisputeGameFactory;
        for (int i = 0; i < Games; i++)
        {
            ContractCall create = DisputeGameFactory.Create(
                factory, DevnetGameType.Cannon, Keccak256.Hash([(byte)i]), (ulong)(7 + i), devnet.Options.InitBond);
            await devnet.SendAsync(DevnetAccounts.Proposer, create.To, create.Data, create.Value);
        }

        double full = await ScanAsync(devnet, hidesCode: true);
        double clones = await ScanAsync(devnet, hidesCode: false);
        Console.WriteLine($"asked for everything  {full:0.0} requests a game (max depth {devnet.Options.MaxDepth}, one claim, one account)");
        Console.WriteLine($"by clone code         {clones:0.0} requests a game, {full / clones:0.0} x fewer; of {Games} games together, the implementation included");
    }

    private static async Task<double> ScanAsync(LocalDevnet devnet, bool hidesCode)
    {
        CountingRpc rpc = new(devnet.L1.Rpc, hidesCode);
        GameReader reader = new(new ChainReader(rpc));
        BlockRef at = BlockRef.At((await devnet.L1.GetBlockAsync(BlockRef.Latest, default)).Hash);
        Address[] accounts = [DevnetAccounts.Challenger.Address];
        IReadOnlyList<ListedGame> games = await reader.ListAsync(devnet.Addresses.DisputeGameFactory, 0, at, default);
        await reader.MatterAsync(games, accounts, at, default);
        IReadOnlyList<GameMetadata> metadata = await reader.MetadataAsync(games, at, default);
        await reader.StatesAsync(metadata, accounts, at, default);
        return (double)rpc.Count / games.Count;
    }
}
