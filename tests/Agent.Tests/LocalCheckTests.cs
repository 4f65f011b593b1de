using System.Net;
using System.Net.Sockets;
using Gavel.Agent.Configuring;
using Gavel.Agent.Hosting;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Devnet;

namespace Gavel.Agent.Tests;

/// <summary>
/// What lies on the machine is checked before the first node is asked, all of it at once, one line each. On 1c64b92 a taken port was a stack
/// trace, and a folder or key that cannot be used was tried again for ever.
/// </summary>
public sealed class LocalCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-local-").FullName;
    private readonly string _key;

    public LocalCheckTests()
    {
        _key = Path.Combine(_folder, "key");
        File.WriteAllText(_key, DevnetAccounts.Users[0].PrivateKey);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("key", "is a file; name a folder")]
    [InlineData("key/data", "cannot be made or written")]
    [InlineData("/proc/gavel", "cannot be made or written")]
    public async Task DataDirectory_ThatCannotBeWritten_IsTold(string folder, string words)
    {
        string told = await RefusedAsync(Options(Path.Combine(_folder, folder), _key, ""));
        Assert.StartsWith("Challenger:DataDirectory: ", told, StringComparison.Ordinal);
        Assert.Contains(words, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf43")]
    public async Task Key_ThatIsNone_IsTold_WithoutIt(string content)
    {
        await File.WriteAllTextAsync(_key, content);
        string told = await RefusedAsync(Options(_folder, _key, ""));
        Assert.StartsWith("Challenger:Chains:0:Account: ", told, StringComparison.Ordinal);
        Assert.True(content.Length == 0 || !told.Contains(content, StringComparison.Ordinal), told);
    }

    [Fact]
    public async Task Journal_ThatAnotherAgentHolds_IsTold()
    {
        string outbox = Path.Combine(_folder, "data", "outbox", $"900-{DevnetAccounts.Users[0].Address}");
        Directory.CreateDirectory(outbox);
        await using FileStream held = new(Path.Combine(outbox, "journal.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("is in use by another agent", await RefusedAsync(Options(Path.Combine(_folder, "data"), _key, "")), StringComparison.Ordinal);
        AgentOptions dry = Options(Path.Combine(_folder, "data"), _key, "");
        dry.Challenger.Chains[0].DryRun = true;
        Assert.Null(await LocalChecks.RunAsync(dry)); // it only looks
    }

    [Fact]
    public async Task Page_ThatCannotBeServed_StopsTheStart_UnlessToldOtherwise()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        string inUse = $"http://{taken.LocalEndPoint}";
        Assert.Equal(
            $"Host:Listen: {inUse} is in use (another agent?); choose another port, or \"\" for no page, or Host:Required false to defend without",
            await RefusedAsync(Options(_folder, _key, inUse)));
        Assert.Contains("is no address of this machine", await RefusedAsync(Options(_folder, _key, "http://203.0.113.5:7399")), StringComparison.Ordinal);

        AgentOptions optional = Options(_folder, _key, inUse);
        optional.Host.Required = false;
        Assert.Contains("is in use", await LocalChecks.RunAsync(optional), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_IsToldAtOnce()
    {
        await File.WriteAllTextAsync(_key, "junk");
        string told = await RefusedAsync(Options(_key, _key, "http://203.0.113.5:7399"));
        Assert.StartsWith("the configuration has 3 problems:", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoPage_ServesNothing_WhateverTheEnvironmentSays()
    {
        await using Microsoft.AspNetCore.Builder.WebApplication host = AgentHost.Build(new AgentOptions { Host = { Listen = "" } });
        await host.StartAsync();
        Assert.IsType<NoPage>(host.Services.GetService(typeof(Microsoft.AspNetCore.Hosting.Server.IServer))); // which has no socket at all
        await host.StopAsync();
    }

    [Fact]
    public void Readiness_TellsDangers_WithTheirMend_ButNotWhatIsOnlyWorthKnowing()
    {
        using HttpClient http = new();
        ChallengerOptions options = new();
        ChallengerService service = new(options, TimeProvider.System, http, Microsoft.Extensions.Logging.Abstractions.NullLogger<ChallengerService>.Instance);
        Readiness readiness = new(service, options, TimeProvider.System);
        Assert.Empty(readiness.Lines());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using IDisposable shown = service.Dangers.Add(new Part(
            Danger(DangerCodes.PreimagesNotLoadable, DangerSeverity.Watch, null),
            Danger(DangerCodes.FundsShort, DangerSeverity.Page, now.AddMinutes(10)),
            Danger(DangerCodes.HeadStandsStill, DangerSeverity.Warn, now.AddMinutes(-1)),
            Danger(DangerCodes.GameAgainstVerdict, DangerSeverity.Page, now.AddDays(1))));
        IReadOnlyList<string> lines = readiness.Lines();
        Assert.Equal(2, lines.Count);
        Assert.Matches("^page funds-short: a subject: a problem  over lines; a mend; since .*; until .*, 5\\d\\d s are left$", lines[0]);
        Assert.Matches("^warn head-stands-still: .*; it was to be mended by ", lines[1]);
    }

    private static Danger Danger(DangerKind kind, DangerSeverity severity, DateTimeOffset? deadline) => new()
    {
        Kind = kind,
        Severity = severity,
        Subject = "a subject",
        Problem = "a problem\r\nover lines",
        Mend = "a mend",
        Since = DateTimeOffset.UnixEpoch,
        Deadline = deadline,
    };

    private static AgentOptions Options(string data, string key, string listen) => new()
    {
        Challenger = new ChallengerOptions { DataDirectory = data, Chains = { new ChainOptions { Name = "one", Account = new AccountOptions { KeyFile = key } } } },
        Host = new HostOptions { Listen = listen },
    };

    private static async Task<string> RefusedAsync(AgentOptions options) =>
        (await Assert.ThrowsAsync<ConfigurationException>(() => LocalChecks.RunAsync(options))).Message;

    private sealed class Part(params Danger[] dangers) : IDangerSource
    {
        public IReadOnlyList<Danger> Dangers => dangers;
    }
}
