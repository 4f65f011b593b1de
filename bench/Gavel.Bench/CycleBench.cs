using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gavel.Bench;

/// <summary>
/// L1 requests of a cycle, counted on a devnet: of a cycle in which nothing happened, of one at the same head, and of one in which some
/// games got a move. Commit 1c64b92 needed 5 for an idle cycle, and 8 to 10 for each changed game on top (counted then).
/// </summary>
internal static class CycleBench
{
    private const int Games = 20;
    private const int Changed = 5;
    private const double IdleAt1c64b92 = 5;
    private const double ChangedAt1c64b92 = 9;

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

        CountingRpc rpc = new(devnet.L1.Rpc);
        ChainReader l1 = new(rpc);
        GameBook book = new(l1, factory, [DevnetAccounts.Challenger.Address], 1000, NullLogger.Instance);
        int first = await CycleAsync(book, l1, rpc);
        await devnet.MineL1Async(1);
        int idle = await CycleAsync(book, l1, rpc);
        int same = await CycleAsync(book, l1, rpc);
        foreach (WatchedGame game in book.Games.Take(Changed).ToArray())
        {
            ContractCall move = FaultDisputeGame.MoveOn(
                game.Listed.Game, 0, game.State!.Claims[0].Value, Keccak256.Hash([1]), isAttack: true, game.Metadata.Rules!.Bonds[1]);
            await devnet.SendAsync(DevnetAccounts.Challenger, move.To, move.Data, move.Value);
        }

        int changed = await CycleAsync(book, l1, rpc);
        double perGame = (double)(changed - idle) / Changed;
        Console.WriteLine($"first cycle           {first} requests for {Games} games ({(double)first / Games:0.0} a game)");
        Console.WriteLine($"idle cycle            {idle} requests ({idle / IdleAt1c64b92:0.00} of 1c64b92); at the same head {same}");
        Console.WriteLine($"{Changed} games changed       {changed} requests, {perGame:0.0} a game on top ({perGame / ChangedAt1c64b92:0.00} of 1c64b92)");
    }

    private static async Task<int> CycleAsync(GameBook book, ChainReader l1, CountingRpc rpc)
    {
        int before = rpc.Count;
        await book.UpdateAsync(await L1View.OfHeadAsync(l1, default), default);
        return rpc.Count - before;
    }
}
