using System.Collections.Concurrent;
using System.Text;
using Gavel.Ethereum;
using Gavel.Sending.Tests.Outbox;
using Gavel.TestKit;

namespace Gavel.Sending.Tests.Sender;

/// <summary>A transaction of the account that is on the chain.</summary>
internal sealed record Landed(string Name, ulong Nonce, ulong Block, int Index, bool Succeeded, Hash32 Hash);

/// <summary>A sender on an anvil and a journal of its own. Blocks are mined by the test: at will, or steadily.</summary>
internal sealed class SenderHarness : IAsyncDisposable
{
    public static readonly CancellationToken None = CancellationToken.None;
    public static readonly Address Target = Address.Parse("0x00000000000000000000000000000000000f00d5");
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(Scale.Of(60, 150));

    private readonly JournalFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource _stopSender = new();
    private readonly AnvilProcess _anvil;
    private readonly RpcEndpoint _direct;
    private readonly RpcEndpoint _rpc;
    private readonly LocalSigner _signer;
    private readonly JournalOptions _journal;
    private Task _running = Task.CompletedTask;
    private Task _mining = Task.CompletedTask;

    private SenderHarness(AnvilProcess anvil, PrivateKey key, string? url, JournalOptions journal)
    {
        _anvil = anvil;
        _direct = new RpcEndpoint(EndpointUrl.Parse(anvil.Url));
        _rpc = new RpcEndpoint(EndpointUrl.Parse(url ?? anvil.Url), new RpcOptions { TimeoutSeconds = 1, PatienceSeconds = 0.5 });
        _signer = new LocalSigner(key);
        Chain = new ChainReader(_direct);
        _journal = journal;
        Outbox = JournalOutbox.Open(_folder.Journal, journal);
        Policy = new SpendPolicy(UInt256.Parse("5000000000000000000"), emergencyPriority: 1000);
    }

    public ChainReader Chain { get; }

    public JournalOutbox Outbox { get; private set; }

    public SpendPolicy Policy { get; }

    public TestGuard Guard { get; } = new();

    public ISigner Signer => _signer;

    public ConcurrentQueue<SenderNotice> Notices { get; } = new();

    public TransactionSender Sender { get; private set; } = null!;

    public static async Task<SenderHarness> StartAsync(
        AnvilProcess? anvil = null, string? proxy = null, PrivateKey? key = null, IFailPoints? disk = null, TimeProvider? clock = null) => new(
            anvil ?? await AnvilProcess.StartAsync("--no-mining"),
            key ?? new PrivateKey(Hex.Decode(AnvilProcess.FirstKey)),
            proxy,
            new JournalOptions { FailPoints = disk ?? NoFailPoints.Instance, Clock = clock ?? TimeProvider.System });

    public static Intent Intent(string name, int priority = 0, DateTimeOffset? deadline = null, ulong value = 0) => new()
    {
        Key = Encoding.UTF8.GetBytes(name),
        Target = Target,
        Calldata = Encoding.UTF8.GetBytes("move " + name),
        Value = value,
        Priority = priority,
        Deadline = deadline,
    };

    /// <summary>Starts the sender, with options on top of quick ones.</summary>
    public SenderHarness Run(Func<SenderOptions, SenderOptions>? with = null, ISigner? signer = null)
    {
        Policy.Allow(Target, Selector.At("move"u8), SpendValue.AtMost(UInt256.Parse("5000000000000000000")));
        var options = new SenderOptions
        {
            ChainId = 900,
            Policy = Policy,
            Confirmations = 2,
            PollInterval = TimeSpan.FromMilliseconds(20),
            ResubmitAfter = TimeSpan.FromMilliseconds(250),
            Clock = _journal.Clock,
        };
        Sender = new TransactionSender(new ChainReader(_rpc), signer ?? _signer, Outbox, Guard, with is null ? options : with(options));
        Sender.Noticed += Notices.Enqueue;
        _stopSender = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _running = Sender.RunAsync(_stopSender.Token);
        return this;
    }

    /// <summary>Ends the sender, as a process' end would; <see cref="Run"/> makes another.</summary>
    public async Task StopAsync()
    {
        await _stopSender.CancelAsync();
        await Task.WhenAny(_running);
        Sender.Dispose();
        _stopSender.Dispose();
        Notices.Clear();
    }

    /// <summary>Closes the journal and opens it again, as another process does.</summary>
    public async Task ReopenAsync()
    {
        await Outbox.DisposeAsync();
        Outbox = JournalOutbox.Open(_folder.Journal, _journal);
    }

    /// <summary>Gives the account ether.</summary>
    public async Task FundAsync(UInt256 wei)
    {
        await AskAsync("eth_sendTransaction", new System.Text.Json.Nodes.JsonObject
        {
            ["from"] = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
            ["to"] = Signer.Address.ToString(),
            ["value"] = wei.ToQuantity(),
        });
        await MineAsync();
    }

    /// <summary>Sends a transaction of the account that the sender knows nothing of.</summary>
    public async Task SendForeignAsync(ulong nonce)
    {
        SignedTransaction foreign = await Signer.SignAsync(
            new Eip1559Transaction
            {
                ChainId = 900,
                Nonce = nonce,
                MaxPriorityFeePerGas = 5_000_000_000,
                MaxFeePerGas = 90_000_000_000,
                GasLimit = 60_000,
                To = Target,
                Data = Encoding.UTF8.GetBytes("foreign"),
            },
            None);
        await Chain.SendRawTransactionAsync(foreign.Raw, None);
    }

    /// <summary>Mines a block every now and then until the end.</summary>
    public SenderHarness MineSteadily(int milliseconds = 30)
    {
        _mining = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                await MineAsync();
                await Task.Delay(milliseconds);
            }
        });
        return this;
    }

    public Task MineAsync(int blocks = 1) => AskAsync("anvil_mine", Hex.Quantity((ulong)blocks));

    public Task AskAsync(string method, params System.Text.Json.Nodes.JsonNode?[] parameters) =>
        _direct.RequestAsync(new RpcRequest(method, parameters), None);

    public async Task<OutboxEntry> EntryAsync(string name) =>
        (await Outbox.FindAsync(Encoding.UTF8.GetBytes(name), None))!;

    /// <summary>Waits until an entry is as wanted.</summary>
    public async Task<OutboxEntry> UntilAsync(string name, Func<OutboxEntry, bool> wanted)
    {
        try
        {
            return await Eventually.NotNullAsync(
                async () =>
                {
                    if (_running.IsFaulted)
                    {
                        await _running;
                    }

                    OutboxEntry entry = await EntryAsync(name);
                    return wanted(entry) ? entry : null;
                },
                Patience);
        }
        catch (TimeoutException)
        {
            OutboxEntry entry = await EntryAsync(name);
            string told = string.Join("\n", Notices.TakeLast(25).Select(notice => $"{notice.Kind} {notice.Entry?.Id} {notice.Message}"));
            throw new TimeoutException($"{name} is {entry.State} with nonce {entry.Nonce} and {entry.Attempts.Length} attempts ({entry.Reason}); told:\n{told}");
        }
    }

    public Task<OutboxEntry> UntilAsync(string name, OutboxState state) => UntilAsync(name, entry => entry.State == state);

    public Task UntilToldAsync(SenderNoticeKind kind) => Eventually.TrueAsync(() => Notices.Any(notice => notice.Kind == kind), Patience);

    public async Task UntilAllFinalAsync()
    {
        foreach (OutboxEntry entry in await Outbox.ListAsync(default, None))
        {
            await UntilAsync(Encoding.UTF8.GetString(entry.Intent.Key.Span), current => current.IsFinal);
        }
    }

    /// <summary>Every transaction of the account on the chain, in the chain's order; named by what its calldata says after "move ".</summary>
    public static async Task<List<Landed>> LandedAsync(ChainReader chain, Address account)
    {
        var landed = new List<Landed>();
        ulong head = await chain.GetBlockNumberAsync(None);
        for (ulong number = 1; number <= head; number++)
        {
            var block = new RpcValue(await chain.Rpc.RequestAsync(new RpcRequest("eth_getBlockByNumber", Hex.Quantity(number), true), None), "block");
            int index = 0;
            foreach (RpcValue transaction in block["transactions"].Items())
            {
                Hash32 hash = transaction["hash"].Hash();
                if (transaction["from"].Address() == account)
                {
                    string data = Encoding.UTF8.GetString(transaction["input"].Bytes());
                    RpcReceipt receipt = (await chain.FindReceiptAsync(hash, None))!;
                    landed.Add(new Landed(
                        data.StartsWith("move ", StringComparison.Ordinal) ? data[5..] : data, transaction["nonce"].UInt64(), number, index, receipt.Succeeded, hash));
                }

                index++;
            }
        }

        return landed;
    }

    public Task<List<Landed>> LandedAsync() => LandedAsync(Chain, Signer.Address);

    /// <summary>Deploys runtime code from an account that anvil holds the key of.</summary>
    public async Task<Address> DeployAsync(string runtime)
    {
        int size = runtime.Length / 2;
        System.Text.Json.Nodes.JsonObject transaction = new()
        {
            ["from"] = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
            ["data"] = $"0x60{size:x2}80600b6000396000f3{runtime}",
        };
        Hash32 hash = new RpcValue(await _direct.RequestAsync(new RpcRequest("eth_sendTransaction", transaction), None), "eth_sendTransaction").Hash();
        await MineAsync();
        Address address = (await Chain.FindReceiptAsync(hash, None))!.ContractAddress!.Value;
        Assert.Equal(size, (await Chain.GetCodeAsync(address, BlockRef.Latest, None)).Length);
        return address;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_running);
        await _mining;
        Sender?.Dispose();
        await Outbox.DisposeAsync();
        await _rpc.DisposeAsync();
        await _direct.DisposeAsync();
        await _anvil.DisposeAsync();
        _signer.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A guard whose answers a test sets, by the name of the intent.</summary>
internal sealed class TestGuard : IIntentGuard
{
    public ConcurrentDictionary<string, IntentVerdict> Verdicts { get; } = new();

    /// <summary>Answers instead of <see cref="Verdicts"/>.</summary>
    public Func<string, IntentVerdict>? Answer { get; set; }

    /// <summary>Names of intents that the chain takes after their deadline too.</summary>
    public ConcurrentDictionary<string, bool> Late { get; } = new();

    public bool MayBeLate(OutboxEntry entry) => Late.ContainsKey(Encoding.UTF8.GetString(entry.Intent.Key.Span));

    public ValueTask<IntentVerdict> CheckAsync(OutboxEntry entry, RpcBlock head, CancellationToken cancellationToken)
    {
        string name = Encoding.UTF8.GetString(entry.Intent.Key.Span);
        return ValueTask.FromResult(Answer?.Invoke(name) ?? Verdicts.GetValueOrDefault(name, IntentVerdict.Wanted));
    }
}
