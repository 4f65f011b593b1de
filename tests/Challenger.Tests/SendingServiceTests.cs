using System.Diagnostics;
using Gavel.Chains;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.Ethereum;
using Gavel.GameKit;
using Gavel.Intents;
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
        desk.Join("a", [_world.Devnet.L1Url], desk.Options, new RpcOptions());
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
        desk.Join("a", [_world.Devnet.L1Url], first, new RpcOptions());
        Assert.Equal(0, _lines.Count("share one sender"));
        SendingOptions second = new() { MaxFeeGwei = 500, UrgentMaxFeeGwei = 900, Confirmations = 5, MaxWeiPerDay = "7", MaxInFlight = 8, MaxTipGwei = 3 };
        desk.Join("b", [_world.Devnet.L1Url], second, new RpcOptions());
        desk.Join("b", [_world.Devnet.L1Url], second, new RpcOptions()); // set up anew
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
            await Eventually.TrueAsync(
                () => service!.Dangers.Dangers.Any(danger => danger.Code == "sender-held" && danger.Problem.Contains("Move on 0x", StringComparison.Ordinal)), Patience);
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
        desk.Join("a", [_world.Devnet.L1Url], desk.Options, new RpcOptions());
        if (joins)
        {
            desk.Join("b", [_world.Devnet.L1Url], named, strict);
            desk.Settle("b");
        }

        await desk.Outbox.EnqueueAsync(Transfer($"strict {joins}"), isPermitted: true, None);
        desk.Settle("a");
        desk.Wake();
        await Eventually.TrueAsync(() => _lines.Count("larger than 1024 bytes") > 0, Patience); // else: that the answer is no JSON-RPC
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("gone")]
    [InlineData("another chain")]
    public async Task NodesOfAChainThatJoins_ReadAndSend_WhereThoseOfTheFirstDoNot(string trouble)
    {
        // Before, L1 was read through the first chain's nodes alone, and the second's were offered nothing.
        await using FaultProxy proxy = await FaultProxy.StartAsync(_world.Devnet.L1Url);
        RpcOptions quick = new() { TimeoutSeconds = 2, PatienceSeconds = 0.1, MaxRetries = 0 };
        SendingOptions sending = new() { OfferSeconds = 0.5, Confirmations = 1 };
        await using SenderDesk desk = await OpenAsync(Path.Combine(_folder.FullName, $"joined-{trouble}"), sending, quick, trouble == "gone" ? "http://127.0.0.1:9" : proxy.Url);
        switch (trouble)
        {
            case "silent": proxy.BeSilent(); break;
            case "another chain": proxy.BeOfChain(1); break;
        }

        desk.Join("a", [proxy.Url], sending, quick);
        desk.Join("b", [_world.Devnet.L1Url], sending, quick);
        ulong nonce = await NonceAsync();
        Intent transfer = Transfer($"joined {trouble}");
        await desk.Outbox.EnqueueAsync(transfer, isPermitted: true, None);
        desk.Wake();
        await Eventually.NotNullAsync(async () => await NonceAsync() > nonce ? "sent" : null, Patience);
    }

    [Fact]
    public async Task NodeThatIsProvenFalse_IsReadNoMore_OnceAChainThatJoinsBringsAnother()
    {
        await using FaultProxy first = await FaultProxy.StartAsync(_world.Devnet.L1Url);
        await using FaultProxy second = await FaultProxy.StartAsync(_world.Devnet.L1Url);
        SendingOptions sending = new();
        await using SenderDesk desk = await OpenAsync(Path.Combine(_folder.FullName, "false"), sending, l1: first.Url);
        desk.Join("a", [first.Url], sending, new RpcOptions());
        Assert.False(desk.ExclusionBy("a").LeaveOut(EndpointUrl.Parse(first.Url), "it told another root than the code's")); // the last one there is
        desk.Join("b", [second.Url], sending, new RpcOptions());
        await Eventually.TrueAsync(() => second.Count("eth_getBlockByNumber") > 2, Patience);
        int before = first.Count("eth_getBlockByNumber");
        int seen = second.Count("eth_getBlockByNumber");
        await Eventually.TrueAsync(() => second.Count("eth_getBlockByNumber") > seen + 10, Patience);
        Assert.Equal(before, first.Count("eth_getBlockByNumber"));
    }

    [Fact]
    public async Task WhatALaterChainLeft_IsRefusedOnlyAfterThatChainHasDecided()
    {
        // Before, it was refused as soon as those had decided that had joined by then.
        await using SenderDesk desk = await OpenAsync(Path.Combine(_folder.FullName, "later"), new SendingOptions());
        desk.Await(["a", "b", "elsewhere"]);
        desk.Join("a", [_world.Devnet.L1Url], desk.Options, new RpcOptions());
        Intent left = Transfer("left by b");
        await desk.Outbox.EnqueueAsync(left, None);
        desk.Settle("a");
        await StaysAsync("left by b", left, held: 1);
        desk.Join("b", [_world.Devnet.L1Url], desk.Options, new RpcOptions());
        desk.Settle("b");
        desk.Settle("elsewhere"); // it sends from another account
        await UntilRefusedAsync(left);

        // One that nobody expected takes back that all have decided.
        desk.Join("c", [_world.Devnet.L1Url], desk.Options, new RpcOptions());
        Intent more = Transfer("left by c");
        await desk.Outbox.EnqueueAsync(more, None);
        await StaysAsync("left by c", more, held: 2);
        desk.Settle("c");
        await UntilRefusedAsync(more);

        async Task StaysAsync(string name, Intent intent, int held)
        {
            await Eventually.TrueAsync(() => _lines.Count("left by an earlier run") >= held, Patience);
            Assert.True((await desk.Outbox.FindAsync(intent.Key, None))!.State == OutboxState.Queued, name);
        }

        async Task UntilRefusedAsync(Intent intent) => await Eventually.NotNullAsync(
            async () => (await desk.Outbox.FindAsync(intent.Key, None))!.State == OutboxState.Refused ? "refused" : null, Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeyFromAPipe_IsReadOnce_HoweverOftenItsChainIsSetUp(bool dryRun)
    {
        string pipe = Path.Combine(_folder.FullName, "pipe");
        using (Process make = Process.Start("mkfifo", pipe))
        {
            await make.WaitForExitAsync();
        }

        Task written = Task.Run(() => File.WriteAllText(pipe, DevnetAccounts.Challenger.PrivateKey)); // once
        ChainOptions chain = Chain("piped", dryRun);
        chain.Account.KeyFile = pipe;
        string blocked = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.FullName, "piped")).FullName, "audit");
        await File.WriteAllTextAsync(blocked, "a file where the audit trail's folder should be: setting the chain up fails after its account is known");
        int cycles = 0;
        await using (await RunAsync([chain], service => service.Cycled += (_, _) => Interlocked.Increment(ref cycles)))
        {
            await written.WaitAsync(Patience);
            await Eventually.TrueAsync(() => _lines.Count("cannot be defended") >= 2, Patience);
            File.Delete(blocked);
            await Eventually.TrueAsync(() => Volatile.Read(ref cycles) > 0, Patience);
        }
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

    private async Task<SenderDesk> OpenAsync(string folder, SendingOptions options, RpcOptions? access = null, string? l1 = null) => await SenderDesk.OpenAsync(
        folder,
        [l1 ?? _world.Devnet.L1Url],
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
