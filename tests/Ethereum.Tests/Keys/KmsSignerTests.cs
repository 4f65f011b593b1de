using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;
using Gavel.TestKit.Judges;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>The signer for AWS KMS against a service of our own that speaks its protocol, and lies.</summary>
public sealed class KmsSignerTests : IAsyncLifetime
{
    private static readonly Eip1559Transaction Wanted = new()
    {
        ChainId = 900,
        Nonce = 7,
        MaxPriorityFeePerGas = 1,
        MaxFeePerGas = 100,
        GasLimit = 21_000,
        To = Address.Zero,
        Data = new byte[] { 1, 2 },
    };

    private static readonly byte[] s_otherKey = [.. new byte[31], 9];

    private KmsService _service = null!;

    public async Task InitializeAsync() => _service = await KmsService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task Signatures_of_either_half_become_those_of_a_local_key()
    {
        using KmsSigner signer = new(_service.Options);
        using LocalSigner local = new(new PrivateKey(_service.Secret));
        for (ulong nonce = 0; nonce < 8; nonce++)
        {
            Eip1559Transaction transaction = Wanted with { Nonce = nonce };
            SignedTransaction signed = await signer.SignAsync(transaction, default);
            Assert.Equal((await local.SignAsync(transaction, default)).Raw.ToArray(), signed.Raw.ToArray());
            Assert.Equal(_service.Address, signed.Sender);
        }

        Assert.Single(_service.Asked, "TrentService.GetPublicKey"); // its answer is kept
        Assert.All(_service.Authorizations, text => Assert.Contains("AKIDEXAMPLE/", text, StringComparison.Ordinal)); // as the SDK found them
        Assert.Contains("/eu-central-1/kms/", _service.Authorizations[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nethereum_signs_through_the_seam_and_asks_for_the_account()
    {
        using KmsSigner signer = new(_service.Options);
        Nethereum.Model.Transaction1559 transaction = Wanted.ToTransaction1559();
        await new Nethereum.Signer.Transaction1559Signer().SignExternallyAsync(signer, transaction);
        Assert.Equal(_service.Address.ToString(), await signer.GetAddressAsync());
        Assert.Equal(32, transaction.Signature.S.Length);
    }

    public static TheoryData<string, string> Lies { get; } = new()
    {
        { "other key signs", "not by the key of this account" },
        { "other account", "is that of 0x" },
        { "spec P-256", "\"ECC_NIST_P256\"" },
        { "spec RSA", "\"RSA_2048\"" },
        { "no spec", "of spec none" },
        { "usage", "\"KEY_AGREEMENT\"" },
        { "garbage", "no ECDSA signature in DER" },
        { "empty signature", "0 bytes" },
        { "compact signature", "no ECDSA signature in DER" },
        { "trailing byte", "no ECDSA signature in DER" },
        { "three numbers", "no ECDSA signature in DER" },
        { "negative r", "no ECDSA signature in DER" },
        { "r of 300 bits", "no ECDSA signature in DER" },
        { "s is zero", "not by the key of this account" },
        { "s is the order", "not by the key of this account" },
        { "r is no point", "not by the key of this account" },
        { "public key garbage", "none in DER" },
        { "public key of P-256", "no point of secp256k1" },
        { "public key off the curve", "no point of secp256k1" },
        { "access denied", "\"AccessDeniedException\" (HTTP 400): no, not you" },
        { "disabled", "\"DisabledException\"" },
        { "throttled", "\"ThrottlingException\"" },
        { "HTTP 403 page", "HTTP 403" },
        { "HTTP 500", "HTTP 500" },
        { "HTTP 200 page", "GetPublicKey was answered with" },
        { "HTTP 200 empty", "spec none" },
        { "redirect", "HTTP 307" },
        { "too large", "failed" },
        { "cut off", "failed" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_is_told_by_its_kind_and_nothing_is_signed(string lie, string expected)
    {
        KmsOptions options = _service.Options;
        await using KmsService elsewhere = await KmsService.StartAsync();
        byte[] other = s_otherKey;
        switch (lie)
        {
            case "other key signs": (_service.ToldSecret, _service.Secret) = (_service.Secret, other); break;
            case "other account": _service.Secret = other; break;
            case "spec P-256": _service.KeySpec = "ECC_NIST_P256"; break;
            case "spec RSA": _service.KeySpec = "RSA_2048"; break;
            case "no spec": _service.KeySpec = ""; break;
            case "usage": _service.KeyUsage = "KEY_AGREEMENT"; break;
            case "garbage": _service.Signature = (_, _) => [0x30, 0x06, 0x02, 0x7f, 1, 2, 3]; break;
            case "empty signature": _service.Signature = (_, _) => []; break;
            case "compact signature": _service.Signature = (r, s) => [.. r.ToByteArray(true, true), .. s.ToByteArray(true, true)]; break;
            case "trailing byte": _service.Signature = (r, s) => [.. KmsService.Der(r, s), 0]; break;
            case "three numbers": _service.Signature = (r, s) => Three(r, s); break;
            case "negative r": _service.Signature = (r, s) => KmsService.Der(-r, s); break;
            case "r of 300 bits": _service.Signature = (r, s) => KmsService.Der(r << 44, s); break;
            case "s is zero": _service.Signature = (r, _) => KmsService.Der(r, 0); break;
            case "s is the order": _service.Signature = (r, _) => KmsService.Der(r, ModN.Order); break;
            case "r is no point": _service.Signature = (_, s) => KmsService.Der(5, s); break;
            case "public key garbage": _service.PublicKey = key => key[..20]; break;
            case "public key of P-256": _service.PublicKey = _ => OfPlatformCurve(); break;
            case "public key off the curve": _service.PublicKey = key => [.. key[..^1], (byte)(key[^1] ^ 1)]; break;
            case "access denied": Fault(400, """{"__type":"AccessDeniedException","message":"no, not you"}"""); break;
            case "disabled": Fault(400, """{"__type":"DisabledException","message":"the key is disabled"}"""); break;
            case "throttled": Fault(400, """{"__type":"ThrottlingException","message":"rate exceeded"}"""); break;
            case "HTTP 403 page": Fault(403, "<html>forbidden</html>"); break;
            case "HTTP 500": Fault(500, """{"__type":"KMSInternalException","message":"oops"}"""); break;
            case "HTTP 200 page": Fault(200, "<html>hello</html>"); break;
            case "HTTP 200 empty": Fault(200, "{}"); break;
            case "redirect":
                _service.Instead = (context, _) =>
                {
                    context.Response.Redirect(elsewhere.Url.ToString(), permanent: false, preserveMethod: true);
                    return Task.FromResult(true);
                };
                break;
            case "too large": Fault(200, $$"""{"KeyId":"{{new string('x', 200_000)}}"}"""); break;
            case "cut off":
                _service.Instead = async (context, _) =>
                {
                    context.Response.ContentLength = 1000;
                    await context.Response.WriteAsync("{\"KeyId\":");
                    context.Abort();
                    return true;
                };
                break;
            default: throw new ArgumentOutOfRangeException(nameof(lie));
        }

        using KmsSigner signer = new(options);
        AccountException e = await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, default));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(lie is "throttled" or "redirect" or "HTTP 500" or "HTTP 200 page" or "too large" or "cut off", e.IsTransient); // else it is this transaction's trouble, or the key's
        Assert.StartsWith($"KMS key alias/gavel of {options.Address}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-secret", e.ToString(), StringComparison.Ordinal);
        Assert.Empty(elsewhere.Asked);
    }

    /// <summary>A bad moment is not remembered: the same signer signs once the service is itself again.</summary>
    [Fact]
    public async Task A_service_that_recovers_is_asked_again()
    {
        using KmsSigner signer = new(_service.Options);
        _service.KeyUsage = "ENCRYPT_DECRYPT";
        await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, default));
        _service.KeyUsage = "SIGN_VERIFY";
        await signer.SignAsync(Wanted, default);
        _service.Signature = (_, _) => [1];
        await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, default));
        _service.Signature = KmsService.Der;
        await signer.SignAsync(Wanted, default);
    }

    [Fact]
    public async Task Silence_ends_with_the_limit_and_slow_answers_within_it_count()
    {
        FakeTimeProvider time = new();
        using CancellationTokenSource end = new();
        TaskCompletionSource asked = new();
        _service.Instead = async (context, _) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return false;
        };
        using KmsSigner signer = new(_service.Options with { Timeout = TimeSpan.FromMinutes(5) }, time);
        Task<SignedTransaction> silent = signer.SignAsync(Wanted, default);
        await asked.Task;
        time.Advance(TimeSpan.FromMinutes(6));
        AccountException e = await Assert.ThrowsAsync<AccountException>(() => silent);
        Assert.Contains("no answer to GetPublicKey within 300 s", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);

        asked = new TaskCompletionSource();
        Task<SignedTransaction> slow = signer.SignAsync(Wanted, default);
        await asked.Task;
        time.Advance(TimeSpan.FromMinutes(4));
        await end.CancelAsync(); // now it answers
        Assert.Equal(_service.Address, (await slow).Sender);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_told_so()
    {
        TaskCompletionSource asked = new();
        _service.Instead = async (context, _) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        using KmsSigner signer = new(_service.Options);
        using CancellationTokenSource cancel = new();
        Task<SignedTransaction> signing = signer.SignAsync(Wanted, cancel.Token);
        await asked.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signing);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_of_the_account()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using KmsSigner signer = new(_service.Options with { Endpoint = new Uri($"http://127.0.0.1:{port}/") });
        AccountException e = await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, default));
        Assert.Contains("refused", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Theory]
    [InlineData("http://kms.example/")]
    [InlineData("https://user:password@kms.example/")]
    [InlineData("ftp://127.0.0.1/")]
    public void An_endpoint_that_cannot_be_trusted_is_refused_at_once(string endpoint)
    {
        AccountException e = Assert.Throws<AccountException>(() => new KmsSigner(_service.Options with { Endpoint = new Uri(endpoint) }));
        Assert.DoesNotContain("password", e.Message, StringComparison.Ordinal);
    }

    private void Fault(int status, string body) => _service.Instead = async (context, _) =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
        return true;
    };

    private static byte[] Three(BigInteger r, BigInteger s)
    {
        System.Formats.Asn1.AsnWriter writer = new(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
            writer.WriteInteger(1);
        }

        return writer.Encode();
    }

    private static byte[] OfPlatformCurve()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }
}
