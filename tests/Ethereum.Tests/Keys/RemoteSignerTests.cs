using System.Text.Json.Nodes;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>The remote signer against a real service behind mutual TLS.</summary>
public sealed class RemoteSignerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly Eip1559Transaction Wanted = new()
    {
        ChainId = 900,
        Nonce = 7,
        MaxPriorityFeePerGas = 1_000,
        MaxFeePerGas = UInt256.Parse("100000000000000000000"),
        GasLimit = 1_000_000,
        To = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        Value = UInt256.Parse("80000000000000000"),
        Data = new byte[] { 1, 2, 3 },
    };

    [Fact]
    public async Task A_transaction_is_signed_by_the_service()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        await using RemoteSigner signer = new(service.Address, service.Options());

        foreach (Eip1559Transaction transaction in (Eip1559Transaction[])[Wanted, Wanted with { To = null, Value = 0 }])
        {
            SignedTransaction signed = await signer.SignAsync(transaction, None);
            Assert.Equal(service.Address, signed.Sender);
            Assert.Equal(transaction, signed.Transaction);
        }

        service.Answer = raw => new JsonObject { ["raw"] = raw, ["tx"] = new JsonObject() }; // as geth does
        Assert.Equal(Wanted, (await signer.SignAsync(Wanted, None)).Transaction);
    }

    [Fact]
    public async Task Every_field_that_the_service_changes_is_found()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        await using RemoteSigner signer = new(service.Address, service.Options());
        (string Field, Func<Eip1559Transaction, Eip1559Transaction> Change)[] changes =
        [
            ("ChainId", t => t with { ChainId = 1 }),
            ("Nonce", t => t with { Nonce = t.Nonce + 1 }),
            ("MaxPriorityFeePerGas", t => t with { MaxPriorityFeePerGas = 0 }),
            ("MaxFeePerGas", t => t with { MaxFeePerGas = t.MaxFeePerGas + 1 }),
            ("GasLimit", t => t with { GasLimit = 21_000 }),
            ("To", t => t with { To = Address.Zero }),
            ("To", t => t with { To = null }),
            ("Value", t => t with { Value = t.Value + 1 }),
            ("Data", t => t with { Data = new byte[] { 1, 2, 4 } }),
        ];
        foreach ((string field, Func<Eip1559Transaction, Eip1559Transaction> change) in changes)
        {
            service.Change = change;
            AccountException e = await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, None));
            Assert.Contains($": {field} differs", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_signer_and_no_transaction_are_refused()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        await using RemoteSigner other = new(Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), service.Options());
        Assert.Contains("signed as", (await Assert.ThrowsAsync<AccountException>(() => other.SignAsync(Wanted, None))).Message, StringComparison.Ordinal);

        await using RemoteSigner signer = new(service.Address, service.Options());
        service.Answer = _ => JsonValue.Create("0x02c0");
        await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, None));
        service.Answer = raw => JsonValue.Create(raw + "00");
        await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, None));
        service.Answer = _ => JsonValue.Create(7);
        Assert.Equal(RpcErrorKind.Malformed, (await Assert.ThrowsAsync<RpcException>(() => signer.SignAsync(Wanted, None))).Kind);
    }

    /// <summary>Of foreign bytes only r, s and v of our own transaction are taken; all else is told by its kind.</summary>
    [Theory]
    [InlineData("high s", "upper half")]
    [InlineData("other parity", "signed as")]
    [InlineData("parity 2", "y-parity")]
    [InlineData("r of zero", "gave no signature")]
    [InlineData("r with a zero before it", "no RLP numbers")]
    [InlineData("r of 33 bytes", "no RLP numbers")]
    [InlineData("s as a list", "no RLP numbers")]
    [InlineData("unsigned", "too few RLP items")]
    [InlineData("one number more", "bytes behind the signature")]
    [InlineData("a length past the end", "past the end")]
    [InlineData("a length of 2^56", "past the end")]
    [InlineData("legacy", "type 0xf8")]
    [InlineData("blob type", "type 0x03")]
    [InlineData("empty", "no bytes")]
    public async Task Lies_about_a_signature_are_told_by_their_kind(string lie, string expected)
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        using PrivateKey key = new(Hex.Decode(Gavel.TestKit.AnvilProcess.FirstKey));
        Signature good = key.Sign(Wanted.SigningHash());
        byte[] r = good.R.ToMinimalBigEndian(), s = good.S.ToMinimalBigEndian(), high = (Signature.Order - good.S).ToMinimalBigEndian();
        byte[] parity = good.YParity ? [1] : [0x80], other = good.YParity ? [0x80] : [1];
        byte[] raw = lie switch
        {
            "high s" => Raw(other, Number(r), Number(high)),
            "other parity" => Raw(other, Number(r), Number(s)),
            "parity 2" => Raw([2], Number(r), Number(s)),
            "r of zero" => Raw(parity, [0x80], Number(s)),
            "r with a zero before it" => Raw(parity, Number([0, .. r[1..]]), Number(s)),
            "r of 33 bytes" => Raw(parity, Number([1, .. r]), Number(s)),
            "s as a list" => Raw(parity, Number(r), [0xc1, 0x01]),
            "unsigned" => Wanted.ToTransaction1559().GetRLPEncodedRaw(),
            "one number more" => Raw(parity, Number(r), Number(s), [1]),
            "a length past the end" => Raw(parity, Number(r), [0xa1, 1]),
            "a length of 2^56" => Raw(parity, Number(r), [0xbf, 1, 0, 0, 0, 0, 0, 0, 0]),
            "legacy" => Raw(parity, Number(r), Number(s))[1..],
            "blob type" => [3, .. Raw(parity, Number(r), Number(s))[1..]],
            "empty" => [],
            _ => throw new ArgumentOutOfRangeException(nameof(lie)),
        };
        service.Answer = _ => JsonValue.Create(Hex.Encode(raw));
        await using RemoteSigner signer = new(service.Address, service.Options());
        AccountException e = await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, None));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);

        service.Answer = _ => JsonValue.Create(Hex.Encode(Raw(parity, Number(r), Number(s))));
        Assert.Equal(good, (await signer.SignAsync(Wanted, None)).Signature); // the same by hand, without the lie
    }

    // Our fields, and behind them whatever is given.
    private static byte[] Raw(params byte[][] items)
    {
        byte[] unsigned = Wanted.ToTransaction1559().GetRLPEncodedRaw();
        Assert.Equal(0xf8, unsigned[1]); // a length of one byte: three bytes before the fields
        byte[] payload = [.. unsigned[3..], .. items.SelectMany(item => item)];
        return [2, 0xf8, (byte)payload.Length, .. payload];
    }

    private static byte[] Number(byte[] digits) => [(byte)(0x80 + digits.Length), .. digits];

    [Fact]
    public async Task Neither_side_talks_to_a_stranger()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        RemoteSignerOptions good = service.Options();
        await RefusedAsync(service, good with { CaPath = service.WriteOtherAuthority() });
        await RefusedAsync(service, good with { CaPath = null });
        await RefusedAsync(service, good with { CertificatePath = null, KeyPath = null });
        await RefusedAsync(service, service.OptionsOfStranger());

        await using TlsSigner elsewhere = await TlsSigner.StartAsync("signer.example");
        await RefusedAsync(elsewhere, elsewhere.Options()); // the right authority, the wrong name

        await using RemoteSigner signer = new(service.Address, service.Options());
        Assert.Equal(Wanted, (await signer.SignAsync(Wanted, None)).Transaction);
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_by_the_next_connection()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        RemoteSignerOptions options = service.Options();
        await using (RemoteSigner signer = new(service.Address, options))
        {
            await signer.SignAsync(Wanted, None);
        }

        await using RemoteSigner made = new(service.Address, options);
        _ = service.Options(); // writes another certificate to the same files
        await made.SignAsync(Wanted, None);

        Assert.Equal(2, service.Presented.Distinct().Count());
    }

    [Fact]
    public async Task Options_that_cannot_work_are_refused_at_once()
    {
        await using TlsSigner service = await TlsSigner.StartAsync();
        RemoteSignerOptions good = service.Options();
        RemoteSignerOptions[] wrong =
        [
            good with { Url = EndpointUrl.Parse("http://signer.example/") },
            good with { Url = EndpointUrl.Parse("wss://signer.example/") },
            good with { KeyPath = null },
            good with { CertificatePath = good.KeyPath },
            good with { CaPath = good.KeyPath },
            good with { CaPath = "/none" },
        ];
        foreach (RemoteSignerOptions options in wrong)
        {
            Assert.Throws<AccountException>(() => new RemoteSigner(service.Address, options));
        }
    }

    private static async Task RefusedAsync(TlsSigner service, RemoteSignerOptions options)
    {
        await using RemoteSigner signer = new(service.Address, options with { Timeout = TimeSpan.FromSeconds(5) });
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => signer.SignAsync(Wanted, None));
        Assert.Equal(RpcErrorKind.Network, e.Kind);
    }
}
