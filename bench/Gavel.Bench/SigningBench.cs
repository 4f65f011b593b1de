using System.Diagnostics;
using Gavel.Ethereum;
using Gavel.TestKit.Judges;
using Nethereum.Signer;

namespace Gavel.Bench;

/// <summary>Signing and recovery against the curve that was ours before (now a judge of the tests) and Nethereum's own key class, in CPU time.</summary>
internal static class SigningBench
{
    private const int Batch = 100;
    private const int Rounds = 9;

    public static void Run()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        using LocalSigner signer = new(new PrivateKey(secret));
        EthECKey theirs = new(secret, isPrivate: true);
        Hash32 hash = Keccak256.Empty;
        byte[] hashBytes = hash.ToArray();
        Signature signature = signer.SignHash(hash);
        JudgedSignature judged = Secp256k1Judge.Sign(hash, secret);
        EthECDSASignature external = theirs.SignAndCalculateYParityV(hashBytes);
        Eip1559Transaction transaction = new()
        {
            ChainId = 1,
            Nonce = 7,
            MaxFeePerGas = 30_000_000_000,
            MaxPriorityFeePerGas = 1_000_000_000,
            GasLimit = 300_000,
            To = signer.Address,
            Data = new byte[132],
        };

        double[] seconds = MedianCpuSeconds(
            () => signer.SignHash(hash),
            () => Secp256k1Judge.Sign(hash, secret),
            () => theirs.SignAndCalculateYParityV(hashBytes),
            () => signature.Recover(hash),
            () => Secp256k1Judge.Recover(hash, judged),
            () => EthECKey.RecoverFromParityYSignature(external, hashBytes),
            () => signer.SignAsync(transaction, default).GetAwaiter().GetResult());
        Print("sign", seconds[0], seconds[1], seconds[2]);
        Print("recover", seconds[3], seconds[4], seconds[5]);
        Console.WriteLine($"a transaction, signed and checked: {seconds[6] * 1e6:0} µs CPU, {1 / seconds[6]:0} a second, {seconds[6] / (seconds[0] + seconds[3]):0.00} x a signature and a recovery");
    }

    private static void Print(string what, double ours, double former, double nethereum) => Console.WriteLine(
        $"{what,-8} {ours * 1e6:0} µs CPU, {1 / ours:0} a second: {former / ours:0.0} x the former curve ({former * 1e6:0} µs), {nethereum / ours:0.0} x Nethereum's EthECKey ({nethereum * 1e6:0} µs)");

    // User and system time of this process; interleaved, so that ratios hold on a shared machine.
    private static double[] MedianCpuSeconds(params Action[] actions)
    {
        double[][] seconds = [.. actions.Select(_ => new double[Rounds])];
        for (int round = -2; round < Rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
                for (int j = 0; j < Batch; j++)
                {
                    actions[i]();
                }

                if (round >= 0)
                {
                    seconds[i][round] = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds / Batch;
                }
            }
        }

        return Array.ConvertAll(seconds, static times => times.Order().ElementAt(times.Length / 2));
    }
}
