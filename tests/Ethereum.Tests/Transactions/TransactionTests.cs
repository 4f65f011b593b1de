using System.Globalization;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Transactions;

/// <summary>Encoding against cast, and acceptance by a real node.</summary>
public sealed class TransactionTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Address Target = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

    private static readonly string[] Keys = [.. Enumerable.Range(1, 4).Select(i => Hex.Encode([.. new byte[31], (byte)i]))];

    [Fact]
    [Trait("Scale", "full")]
    public async Task Signed_bytes_are_those_of_cast()
    {
        Random random = new(Seed.Value);
        for (int i = 0; i < Scale.Of(12, 200); i++)
        {
            Eip1559Transaction transaction = Any(random, i);
            string secret = Keys[i % Keys.Length];
            using LocalSigner signer = new(new PrivateKey(Hex.Decode(secret)));

            SignedTransaction signed = await signer.SignAsync(transaction, None);
            Assert.Equal(await CastAsync(transaction, secret), Hex.Encode(signed.Raw.Span));
            Assert.Equal(signer.Address, signed.Sender);
        }
    }

    [Fact]
    public async Task A_node_takes_a_transaction_and_gives_its_receipt_under_our_hash()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(anvil.Url));
        ChainReader eth = new(rpc);
        using LocalSigner signer = new(new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)));
        UInt256 before = await eth.GetBalanceAsync(Target, BlockRef.Latest, None);

        for (ulong nonce = 0; nonce < 20; nonce++)
        {
            SignedTransaction signed = await signer.SignAsync(Transfer(nonce), None);
            Assert.Equal(signed.Hash, await eth.SendRawTransactionAsync(signed.Raw, None));
            RpcReceipt receipt = await Eventually.NotNullAsync(() => eth.FindReceiptAsync(signed.Hash, None));
            Assert.True(receipt.Succeeded);
            Assert.Equal(signer.Address, receipt.From);
            Assert.Equal(Target, receipt.To);
        }

        Assert.Equal(before + 20 * 5UL, await eth.GetBalanceAsync(Target, BlockRef.Latest, None));
        Assert.Equal(20UL, await eth.GetTransactionCountAsync(signer.Address, BlockRef.Latest, None));
    }

    [Fact]
    public async Task A_creation_puts_code_at_the_address_in_the_receipt()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(anvil.Url));
        ChainReader eth = new(rpc);
        using LocalSigner signer = new(new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)));

        // PUSH1 0x2a, PUSH1 0, MSTORE8, PUSH1 1, PUSH1 0, RETURN: leaves the code 0x2a.
        SignedTransaction signed = await signer.SignAsync(
            Transfer(0) with { To = null, Value = 0, Data = Hex.Decode("0x602a60005360016000f3") }, None);
        await eth.SendRawTransactionAsync(signed.Raw, None);

        RpcReceipt receipt = await Eventually.NotNullAsync(() => eth.FindReceiptAsync(signed.Hash, None));
        Assert.Equal([0x2a], await eth.GetCodeAsync(receipt.ContractAddress!.Value, BlockRef.At(receipt.BlockHash), None));
    }

    private static Eip1559Transaction Transfer(ulong nonce) => new()
    {
        ChainId = 900,
        Nonce = nonce,
        MaxPriorityFeePerGas = 1,
        MaxFeePerGas = 2_000_000_000,
        GasLimit = 100_000,
        To = Target,
        Value = 5,
    };

    private static Eip1559Transaction Any(Random random, int index)
    {
        byte[] data = new byte[index % 5 == 0 ? 0 : random.Next(1, 400)];
        random.NextBytes(data);
        return new Eip1559Transaction
        {
            ChainId = index % 2 == 0 ? 1UL : (ulong)random.Next(1, int.MaxValue),
            Nonce = index % 4 == 0 ? 0 : (ulong)random.NextInt64(1, 1L << 40),
            MaxPriorityFeePerGas = (ulong)random.Next(0, 1_000_000_000),
            MaxFeePerGas = (UInt256)(ulong)random.NextInt64(1_000_000_000, long.MaxValue),
            GasLimit = (ulong)random.Next(21_000, 30_000_000),
            To = index % 6 == 5 ? null : Target,
            Value = index % 3 == 0 ? 0 : (UInt256)(ulong)random.NextInt64() * (ulong)random.Next(1, 1000),
            Data = index % 6 == 5 ? [0x60, 0x00, .. data] : data,
        };
    }

    private static async Task<string> CastAsync(Eip1559Transaction t, string key)
    {
        List<string> arguments =
        [
            "mktx", "--private-key", key, "--chain", Number(t.ChainId), "--nonce", Number(t.Nonce), "--gas-limit", Number(t.GasLimit),
            "--gas-price", t.MaxFeePerGas.ToString(), "--priority-gas-price", t.MaxPriorityFeePerGas.ToString(), "--value", t.Value.ToString(),
        ];
        arguments.AddRange(t.To is { } to ? [to.ToString(), Hex.Encode(t.Data.Span)] : ["--create", Hex.Encode(t.Data.Span)]);
        return await NpmTool.CastAsync([.. arguments]);
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
