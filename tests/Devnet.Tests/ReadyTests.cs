using System.Diagnostics;
using Gavel.Ethereum;
using Xunit.Abstractions;

namespace Gavel.Devnet.Tests;

public sealed class ReadyTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_devnet_is_ready_soon()
    {
        for (int run = 0; run < 3; run++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            await using LocalDevnet devnet = await LocalDevnet.StartAsync();
            output.WriteLine($"ready after {watch.ElapsedMilliseconds} ms, L1 at block {await devnet.L1.GetBlockNumberAsync(default)}");
            Assert.NotEmpty(await devnet.L1.GetCodeAsync(devnet.Addresses.SystemConfig, BlockRef.Latest, default));
        }
    }
}
