using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.Sending;
using Gavel.TestKit;
using Microsoft.Extensions.Logging;

namespace Gavel.Challenger.Tests;

/// <summary>What becomes of decisions on their way out: desks, dry runs, disks and what the host shows of them.</summary>
public sealed class SendingServiceTests : IClassFixture<WatchedDevnet>, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WatchedDevnet _world;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-sending-");
    private readonly Lines _lines = new();

    public SendingServiceTests(WatchedDevnet world)
    {
        _world = world;
        File.WriteAllText(KeyFile, DevnetAccounts.Challenger.PrivateKey);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Address Account => DevnetAccounts.Challenger.Address;

    private string KeyFile => Path.Combine(_folder.FullName, "key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task DryRun_SendsNothingOfTheJournal_AndRunsBesideItsOwner()
    {
        // Before, what an earlier run had signed was sent although nothing was to be sent.
        await _world.CreateAsync("dry");
        ulong nonce = await NonceAsync();
        string journal = SenderDesk.JournalIn(Path.Combine(_folder.FullName, "outbox", $"{await _world.Devnet.L1.GetChainIdAsync(None)}-{Account}"));
        await using JournalOutbox owner = JournalOutbox.Open(journal);
        ulong id = (await owner.EnqueueAsync(Transfer("in flight"), isPermitted: true, None)).Entry.Id;
        await owner.RecordAsync(id, 1, new OutboxChange.Signed(await SignedAsync(nonce)), None);
        await owner.EnqueueAsync(Transfer("queued"), isPermitted: true, None);
        byte[] before = await File.ReadAllBytesAsync(journal);

        int cycles = 0;
        await using (await RunAsync([Chain("dry", dryRun: true)], service => service.Cycled += (_, _) => Interlocked.Increment(ref cycles)))
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref cycles) > 20 && _lines.Count("would") > 0, Patience);
        }

        await _world.Devnet.MineL1Async();
        Assert.Equal(nonce, await NonceAsync());
        Assert.Equal(before, await File.ReadAllBytesAsync(journal));
        Assert.True((await owner.EnqueueAsync(Transfer("later"), isPermitted: true, None)).Added); // the owner never lost it
    }

    [Fact]
    public async Task DryRun_WithoutAJournal_MakesNone()
    {
        int cycles = 0;
        await using (await RunAsync([Chain("dry", dryRun: true)], service => service.Cycled += (_, _) => Interlocked.Increment(ref cycles)))
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref cycles) > 3, Patience);
        }

        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "outbox")));
    }

    [Fact]
    public async Task InFlightFromAnEarlierRun_IsSentBeforeAnyCycle()
    {
        // Before, the sender began with the end of the first whole cycle, which can take more than an hour.
        ulong nonce = await NonceAsync();
        string folder = Path.Combine(_folder.FullName, "desk");
        await using (JournalOutbox earlier = JournalOutbox.Open(SenderDesk.JournalIn(Directory.CreateDirectory(folder).FullName)))
        {
            ulong id = (await earlier.EnqueueAsync(Transfer("in flight"), isPermitted: true, None)).Entry.Id;
            await earlier.RecordAsync(id, 1, new OutboxChange.Signed(await SignedAsync(nonce)), None);
            await earlier.EnqueueAsync(Transfer("queued"), isPermitted: true, None);
        }

        await using SenderDesk desk = await OpenAsync(folder, new SendingOptions());
        desk.Join("a", desk.Options, new RpcOptions());
        await Eventually.NotNullAsync(async () => await NonceAsync() > nonce ? "sent" : null, Patience);
        await Task.Delay(5);
        Assert.Equal(OutboxState.Queued, (await desk.Outbox.FindAsync(Transfer("queued").Key, None))!.State);
        desk.Settle("a"); // nobody wants the other
        await Eventually.NotNullAsync(
            async () => (await desk.Outbox.FindAsync(Transfer("queued").Key, None))!.State == OutboxState.Refused ? "refused" : null, Patience);
    }

    [Fact]
    public async Task ChainsOfOneAccount_ShareADeskWithTheStricterLimits_SaidAloud()
    {
        SendingOptions first = new() { MaxFeeGwei = 300, UrgentMaxFeeGwei = 0, Confirmations = 2, MaxWeiPerDay = "0", MaxInFlight = 16 };
        await using SenderDesk desk = await OpenAsync(Path.Combine(_folder.FullName, "shared"), first);
        desk.Join("a", first, new RpcOptions());
        Assert.Equal(0, _lines.Count("share one sender"));
        SendingOptions second = new() { MaxFeeGwei = 500, UrgentMaxFeeGwei = 900, Confirmations = 5, MaxWeiPerDay = "7", MaxInFlight = 8, MaxTipGwei = 3 };
        desk.Join("b", second, new RpcOptions());
        desk.Join("b", second, new RpcOptions()); // set up anew
        Assert.Equal((300ul, 900ul, 5ul, "7", 8, 3ul), (desk.Options.MaxFeeGwei, desk.Options.UrgentMaxFeeGwei, desk.Options.Confirmations, desk.Options.MaxWeiPerDay, desk.Options.MaxInFlight, desk.Options.MaxTipGwei));
        Assert.Equal(1, _lines.Count("share one sender"));

        // What earlier runs left is refused only when both have decided once.
        Enqueued left = await desk.Outbox.EnqueueAsync(Transfer("left"), None);
        desk.Settle("a");
        await Eventually.TrueAsync(() => _lines.Count("left by an earlier run") > 0, Patience);
        Assert.Equal(OutboxState.Queued, (await desk.Outbox.FindAsync(left.Entry.Intent.Key, None))!.State);
        desk.Settle("b");
        await Eventually.NotNullAsync(
            async () => (await desk.Outbox.FindAsync(left.Entry.Intent.Key, None))!.State == OutboxState.Refused ? "refused" : null, Patience);
    }

    [Fact]
    public async Task SignerThatIsGone_StandsOnTheBoard_AndAFullDiskUnderTheAuditTrailDelaysNothing()
    {
        // Before, /readyz said "ready" while nothing could be signed; and a disk that refused the explanation kept the move back.
        await _world.CreateAsync("signer");
        ChainOptions chain = Chain("gone", dryRun: false);
        chain.Account.KeyFile = null;
        chain.Account.RemoteSigner.Url = "http://127.0.0.1:9";
        chain.Account.RemoteSigner.Address = Account.ToString();
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "gone", "audit"));
        foreach (ListedGame game in await new GameReader(_world.Devnet.L1).ListAsync(_world.Factory, 0, BlockRef.Latest, None))
        {
            // A folder where the file of a game's trail should be: no write succeeds, whoever asks.
            Address address = game.Game;
            Directory.CreateDirectory(Path.Combine(_folder.FullName, "gone", "audit", $"{Hex.Encode(Address.BytesOf(in address))}.jsonl"));
        }

        ChallengerService? service = null;
        await using (await RunAsync([chain], started => service = started))
        {
            await Eventually.TrueAsync(() => service!.Dangers.Dangers.Any(danger => danger.Code == "signer-unreachable"), Patience);
            await Eventually.TrueAsync(() => service!.Dangers.Dangers.Any(danger => danger.Code == "audit-trail-unwritten"), Patience);
            Danger held = service!.Dangers.Dangers.First(danger => danger.Code == "sender-held");
            Assert.Contains("Move on 0x", held.Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EndpointForSending_IsTreatedByTheChainsOptions(bool joins)
    {
        // Before, it had the defaults' 64 MiB and 30 s, whatever was configured.
        await using FaultProxy proxy = await FaultProxy.StartAsync("http://127.0.0.1:9");
        proxy.Say(200, new string(' ', 2_000) + "{}", "application/json");
        SendingOptions named = new() { Endpoints = [proxy.Url] };
        RpcOptions strict = new() { MaxResponseBytes = 1_024, MaxRetries = 0 };
        await using SenderDesk desk = await OpenAsync(Path.Combine(_folder.FullName, $"strict-{joins}"), joins ? new SendingOptions { Endpoints = ["http://127.0.0.1:9"] } : named, joins ? null : strict);
        desk.Join("a", desk.Options, new RpcOptions());
        if (joins)
        {
            desk.Join("b", named, strict);
            desk.Settle("b");
        }

        await desk.Outbox.EnqueueAsync(Transfer($"strict {joins}"), isPermitted: true, None);
        desk.Settle("a");
        desk.Wake();
        await Eventually.TrueAsync(() => _lines.Count("larger than 1024 bytes") > 0, Patience); // else: that the answer is no JSON-RPC
    }

    private static Intent Transfer(string name) => new()
    {
        // A kind that the guard asks nothing about.
        Key = new IntentKey(900, IntentKind.CreateGame, Account, Samples.Hash(name)).Encode(),
        Target = DevnetAccounts.Users[1].Address,
        Calldata = default,
        Value = 5,
    };

    private async Task<SignedAttempt> SignedAsync(ulong nonce)
    {
        using LocalSigner signer = new(PrivateKey.FromFile(KeyFile));
        SignedTransaction signed = await signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = await _world.Devnet.L1.GetChainIdAsync(None),
                Nonce = nonce,
                MaxPriorityFeePerGas = 2_000_000_000,
                MaxFeePerGas = 100_000_000_000,
                GasLimit = 21_000,
                To = DevnetAccounts.Users[1].Address,
                Value = 5,
            },
            None);
        return new SignedAttempt
        {
            Account = signed.Sender,
            Nonce = nonce,
            Hash = signed.Hash,
            Raw = signed.Raw,
            GasLimit = 21_000,
            MaxFeePerGas = 100_000_000_000,
            MaxPriorityFeePerGas = 2_000_000_000,
            SignedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        };
    }

    private Task<ulong> NonceAsync() => _world.Devnet.L1.GetTransactionCountAsync(Account, BlockRef.Latest, None);

    private async Task<SenderDesk> OpenAsync(string folder, SendingOptions options, RpcOptions? access = null) => SenderDesk.Open(
        folder,
        new FailoverRpc([new RpcEndpoint(EndpointUrl.Parse(_world.Devnet.L1Url))]),
        await _world.Devnet.L1.GetChainIdAsync(None),
        new LocalSigner(PrivateKey.FromFile(KeyFile)),
        options,
        access ?? new RpcOptions(),
        TimeSpan.FromMilliseconds(50),
        TimeProvider.System,
        _lines);

    private ChainOptions Chain(string name, bool dryRun) => new()
    {
        Name = name,
        SystemConfig = _world.Devnet.Addresses.SystemConfig.ToString(),
        L1 = [_world.Devnet.L1Url],
        RollupNodes = [_world.Devnet.RollupNode.Url],
        L2ExecutionNodes = [_world.Devnet.L2Url],
        PollSeconds = 0.05,
        DryRun = dryRun,
        Account = new AccountOptions { KeyFile = KeyFile },
    };

    private async Task<Running> RunAsync(IList<ChainOptions> chains, Action<ChallengerService> before)
    {
        HttpClient http = new();
        ChallengerService service = new(
            new ChallengerOptions { DataDirectory = _folder.FullName, Chains = chains }, TimeProvider.System, http, new Typed<ChallengerService>(_lines));
        before(service);
        await service.StartAsync(None);
        return new Running(service, http);
    }

    private sealed class Running(ChallengerService service, HttpClient http) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await service.StopAsync(None);
            service.Dispose();
            http.Dispose();
        }
    }

    private sealed class Typed<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
