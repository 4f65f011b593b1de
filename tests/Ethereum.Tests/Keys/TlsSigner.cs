using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gavel.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>A signing service behind mutual TLS: it wants a certificate of its own authority, and signs what it is told to, or something else.</summary>
internal sealed class TlsSigner : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;
    private readonly PrivateKey _key = new(Hex.Decode(AnvilProcess.FirstKey));
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-tls-").FullName;

    private TlsSigner(string serverName)
    {
        _authority = NewAuthority("test authority");
        _server = Issue(_authority, serverName);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = _server;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) =>
            {
                Presented.Add(certificate.Thumbprint);
                using X509Chain chain = new();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(_authority);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(certificate);
            };
        })));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Address Address => _key.Address;

    /// <summary>Thumbprints of the certificates that clients showed.</summary>
    public List<string> Presented { get; } = [];

    /// <summary>Changes the transaction before it is signed.</summary>
    public Func<Eip1559Transaction, Eip1559Transaction> Change { get; set; } = t => t;

    /// <summary>Wraps or replaces the answer.</summary>
    public Func<string, JsonNode> Answer { get; set; } = raw => JsonValue.Create(raw);

    public string Url => $"https://localhost:{new Uri(_app.Urls.Single()).Port}/signer";

    public string CaPath => Write("ca.pem", _authority.ExportCertificatePem());

    public static async Task<TlsSigner> StartAsync(string serverName = "localhost")
    {
        TlsSigner signer = new(serverName);
        await signer._app.StartAsync();
        return signer;
    }

    /// <summary>Options with a fresh certificate of the service's authority.</summary>
    public RemoteSignerOptions Options() => WriteClient(_authority);

    /// <summary>Options with a certificate of another authority.</summary>
    public RemoteSignerOptions OptionsOfStranger()
    {
        using X509Certificate2 other = NewAuthority("test authority");
        return WriteClient(other);
    }

    public string WriteOtherAuthority()
    {
        using X509Certificate2 other = NewAuthority("test authority");
        return Write("other-ca.pem", other.ExportCertificatePem());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
        _server.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        JsonObject request = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        JsonObject t = (JsonObject)request["params"]![0]!;
        Assert.Equal("eth_signTransaction", (string)request["method"]!);
        Assert.Equal(Text("data"), Text("input"));
        Eip1559Transaction transaction = Change(new Eip1559Transaction
        {
            ChainId = Hex.QuantityToUInt64(Text("chainId")!),
            Nonce = Hex.QuantityToUInt64(Text("nonce")!),
            MaxFeePerGas = UInt256.ParseHex(Text("maxFeePerGas")!),
            MaxPriorityFeePerGas = UInt256.ParseHex(Text("maxPriorityFeePerGas")!),
            GasLimit = Hex.QuantityToUInt64(Text("gas")!),
            To = Text("to") is { } to ? Address.Parse(to) : null,
            Value = UInt256.ParseHex(Text("value")!),
            Data = Hex.Decode(Text("input")!),
        });
        SignedTransaction signed = SignedTransaction.Of(transaction, _key.Sign(transaction.SigningHash()));
        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["result"] = Answer(Hex.Encode(signed.Raw.Span)) };
        await context.Response.WriteAsync(answer.ToJsonString());

        string? Text(string name) => (string?)t[name];
    }

    private RemoteSignerOptions WriteClient(X509Certificate2 authority)
    {
        using X509Certificate2 client = Issue(authority, "gavel");
        using ECDsa key = client.GetECDsaPrivateKey()!;
        return new RemoteSignerOptions
        {
            Url = EndpointUrl.Parse(Url),
            CaPath = CaPath,
            CertificatePath = Write("client.pem", client.ExportCertificatePem()),
            KeyPath = Write("client-key.pem", key.ExportPkcs8PrivateKeyPem()),
            Timeout = TimeSpan.FromSeconds(10),
        };
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static X509Certificate2 NewAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), serial);
        return issued.CopyWithPrivateKey(key);
    }
}
