using System.Security.Cryptography;
using Gavel.Ethereum;

namespace Gavel.Bench;

/// <summary>Signing and recovery against what the platform's own ECDSA over the same curve takes.</summary>
internal static class SigningBench
{
    private const int Batch = 200;

    public static void Run()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        using PrivateKey key = new(secret);
        using ECDsa platform = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromFriendlyName("secp256k1"), D = secret });
        byte[] hash = Keccak256.Empty.ToArray();
        byte[] platformSignature = platform.SignHash(hash);
        Signature signature = key.Sign(Keccak256.Empty);

        double[] seconds = Measure.MedianSecondsInterleaved(
            9,
            () => Repeat(() => platform.SignHash(hash)),
            () => Repeat(() => key.Sign(Keccak256.Empty)),
            () => Repeat(() => platform.VerifyHash(hash, platformSignature)),
            () => Repeat(() => signature.Recover(Keccak256.Empty)));
        Console.WriteLine($"sign     {Micros(seconds[1])} µs, {seconds[1] / seconds[0]:0.00} x the platform's ({Micros(seconds[0])} µs)");
        Console.WriteLine($"recover  {Micros(seconds[3])} µs, {seconds[3] / seconds[2]:0.00} x the platform's verification ({Micros(seconds[2])} µs)");
    }

    private static void Repeat(Action action)
    {
        for (int i = 0; i < Batch; i++)
        {
            action();
        }
    }

    private static string Micros(double seconds) => $"{seconds / Batch * 1e6:0}";
}
