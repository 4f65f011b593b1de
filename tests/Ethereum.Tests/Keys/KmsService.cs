using System.Formats.Asn1;
using System.Net;
using System.Numerics;
using System.Text.Json.Nodes;
using Gavel.TestKit;
using Gavel.TestKit.Judges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>A service that speaks AWS KMS's JSON protocol for one key, with the former curve behind it, and can lie in every part of an answer.</summary>
internal sealed class KmsService : IAsyncDisposable
{
    private const string Arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private readonly WebApplication _app;
    private int _signatures;

    private KmsService()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The key that signs.</summary>
    public byte[] Secret { get; set; } = Hex.Decode(AnvilProcess.FirstKey);

    /// <summary>The key that is told to be the one; null for the one that signs.</summary>
    public byte[]? ToldSecret { get; set; }

    public string KeySpec { get; set; } = "ECC_SECG_P256K1";

    public string KeyUsage { get; set; } = "SIGN_VERIFY";

    /// <summary>The signature as it leaves the service.</summary>
    public Func<BigInteger, BigInteger, byte[]> Signature { get; set; } = Der;

    /// <summary>Changes a public key in DER before it leaves.</summary>
    public Func<byte[], byte[]> PublicKey { get; set; } = key => key;

    /// <summary>Answers instead of the service; true if it did.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Every other signature has its s in the upper half, as half of the real service's have.</summary>
    public bool Alternates { get; set; } = true;

    /// <summary>What was asked: the operations' names.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What the requests said of who asks.</summary>
    public List<string> Authorizations { get; } = [];

    public Uri Url => new(_app.Urls.Single());

    public Address Address => Secp256k1Judge.AddressOf(Secp256k1Judge.PublicKeyOf(Secret));

    public KmsOptions Options => new() { Address = Address, KeyId = "alias/gavel", Region = "eu-central-1", Endpoint = Url, Timeout = TimeSpan.FromSeconds(20) };

    public static async Task<KmsService> StartAsync()
    {
        // The SDK looks here first; nobody else in this process asks it for anything.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-not-a-secret");
        KmsService service = new();
        await service._app.StartAsync();
        return service;
    }

    /// <summary>A signature in DER.</summary>
    public static byte[] Der(BigInteger r, BigInteger s)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string operation = context.Request.Headers["X-Amz-Target"].ToString();
        lock (Asked)
        {
            Asked.Add(operation);
            Authorizations.Add(context.Request.Headers.Authorization.ToString());
        }

        JsonObject request = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        if (await Instead(context, operation))
        {
            return;
        }

        JsonObject answer = operation switch
        {
            "TrentService.GetPublicKey" => new JsonObject
            {
                ["KeyId"] = Arn,
                [nameof(KeySpec)] = KeySpec,
                ["CustomerMasterKeySpec"] = KeySpec,
                [nameof(KeyUsage)] = KeyUsage,
                ["SigningAlgorithms"] = new JsonArray("ECDSA_SHA_256"),
                [nameof(PublicKey)] = Convert.ToBase64String(PublicKey(SubjectPublicKeyInfo())),
            },
            "TrentService.Sign" when (string?)request["MessageType"] == "DIGEST" && (string?)request["SigningAlgorithm"] == "ECDSA_SHA_256" => new JsonObject
            {
                ["KeyId"] = Arn,
                ["SigningAlgorithm"] = "ECDSA_SHA_256",
                [nameof(Signature)] = Convert.ToBase64String(Sign(Convert.FromBase64String((string)request["Message"]!))),
            },
            _ => throw new InvalidOperationException($"{operation} of {request.ToJsonString()}"),
        };
        context.Response.ContentType = "application/x-amz-json-1.1";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private byte[] Sign(byte[] digest)
    {
        JudgedSignature signature = Secp256k1Judge.Sign(new Hash32(digest), Secret);
        BigInteger s = signature.S.ToBigInteger();
        bool high = Alternates && Interlocked.Increment(ref _signatures) % 2 == 0;
        return Signature(signature.R.ToBigInteger(), high ? ModN.Order - s : s);
    }

    private byte[] SubjectPublicKeyInfo()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.2.1");
                writer.WriteObjectIdentifier("1.3.132.0.10");
            }

            writer.WriteBitString([4, .. Secp256k1Judge.PublicKeyOf(ToldSecret ?? Secret)]);
        }

        return writer.Encode();
    }
}
