using System.IO.Compression;
using System.Text.Json;
using Gavel.Ethereum;
using Gavel.TestKit;
using Xunit.Abstractions;

namespace Gavel.Cannon.OnChain.Tests;

/// <summary>Every recorded step and proof of the 32-bit VM, rehearsed in process on the contract's own code, against the node's <c>eth_call</c>.</summary>
[Trait("Scale", "full")]
public sealed class RehearsedStepTests(MipsContract contract, ITestOutputHelper output) : IClassFixture<MipsContract>
{
    // A busy machine must not make a step "not rehearsed": here the result counts, not the time.
    private static readonly RehearsalLimits Limits = new() { Time = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task RecordedSteps_AreRehearsedAsTheNodeExecutesThem()
    {
        List<(byte[] Witness, byte[] Proof)> all = [.. Recorded()];
        Assert.InRange(all.Count, 2_022, 3_000);
        int stride = Scale.Of(all.Count / 60, 1);
        Rehearser rehearser = new(contract.Chain.Rpc, Limits, TimeProvider.System);
        Hash32 head = (await contract.Chain.GetBlockAsync(BlockRef.Latest, default)).Hash;
        int succeeded = 0;
        int reverted = 0;
        List<double> times = [];
        for (int i = 0; i < all.Count; i += stride)
        {
            byte[] proof = all[i].Proof;
            if (i % (7 * stride) == 0)
            {
                // A proof with one bit wrong: the contract's hand-written revert, or its own errors.
                proof = [.. proof];
                proof[^1] ^= 1;
            }

            byte[] data = MipsContract.Encode(all[i].Witness, proof);
            Rehearsal rehearsal = await rehearser.RehearseAsync(
                new RehearsalCall { From = contract.Sender, To = contract.Mips, Data = data, Block = head }, default);
            Assert.True(rehearsal is not NotRehearsed, $"step {i}: {(rehearsal as NotRehearsed)?.Reason}");
            Assert.False(rehearsal.ContradictsNode, $"step {i}: {rehearsal}, node {rehearsal.Node}");
            Assert.NotEqual(NodeOutcomeKind.Unknown, rehearsal.Node!.Kind);
            succeeded += rehearsal is Succeeded ? 1 : 0;
            reverted += rehearsal is Reverted ? 1 : 0;
            times.Add(rehearsal.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"{succeeded} succeeded, {reverted} reverted; {times[times.Count / 2]:0.0} ms median, {times[^1]:0.0} ms worst, requests and comparison included");
        Assert.True(succeeded > times.Count / 2 && reverted > 0);
        Assert.Empty(rehearser.Dangers);
    }

    [Fact]
    public async Task AMinedStep_CostsTheGasThatWasRehearsed()
    {
        List<(byte[] Witness, byte[] Proof)> all = [.. Recorded()];
        Rehearser rehearser = new(contract.Chain.Rpc, Limits, TimeProvider.System);
        int compared = 0;
        for (int i = 0; i < all.Count && compared < 10; i += all.Count / 15)
        {
            Hash32 head = (await contract.Chain.GetBlockAsync(BlockRef.Latest, default)).Hash;
            byte[] data = MipsContract.Encode(all[i].Witness, all[i].Proof);
            if (await rehearser.RehearseAsync(new RehearsalCall { From = contract.Sender, To = contract.Mips, Data = data, Block = head }, default) is Succeeded rehearsed)
            {
                RpcReceipt receipt = await contract.SendStepAsync(all[i].Witness, all[i].Proof);
                Assert.Equal(receipt.GasUsed, rehearsed.GasUsed);
                RehearsedLog log = Assert.Single(rehearsed.Logs);
                Assert.Equal(receipt.Logs[0].Data.ToArray(), log.Data.ToArray());
                Assert.Equal(receipt.Logs[0].Address, log.Address);
                compared++;
            }
        }

        Assert.Equal(10, compared);
    }

    private static IEnumerable<(byte[] Witness, byte[] Proof)> Recorded()
    {
        string folder = Checkout.PathOf("tests", "vectors", "cannon");
        foreach (string file in Directory.GetFiles(Path.Combine(folder, "proofs"), "*.singlethreaded.jsonl.gz").Order().Append(Path.Combine(folder, "mips32-steps.jsonl.gz")))
        {
            using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (reader.ReadLine() is { } line)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement step = document.RootElement;

                // Steps at which the VM faults have no proof.
                if ((step.TryGetProperty("vm", out JsonElement vm) && !vm.GetString()!.StartsWith("singlethreaded", StringComparison.Ordinal)) || !(step.TryGetProperty("proof", out _) || step.TryGetProperty("proof-data", out _)))
                {
                    continue;
                }

                (string witness, string proof) = step.TryGetProperty("state-data", out _) ? ("state-data", "proof-data") : ("preWitness", "proof");
                yield return (Hex.Decode(step.GetProperty(witness).GetString()!), Hex.Decode(step.GetProperty(proof).GetString()!));
            }
        }
    }
}
