// A sender in a process of its own, which tests kill: it enqueues the same intents at every start, sends them, and prints "done" once all
// are final. With the name of a fail point it ends itself by SIGKILL when that point is reached for the n-th time.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Gavel.Ethereum;
using Gavel.Sending;

if (args.Length != 7)
{
    Console.Error.WriteLine("usage: SenderProcess <rpc url> <journal> <key file> <intents> <confirmations> <fail point or -> <n>");
    return 2;
}

int count = int.Parse(args[3], CultureInfo.InvariantCulture);
var failPoints = new SuicidalFailPoints(args[5], int.Parse(args[6], CultureInfo.InvariantCulture));
using var signer = new LocalSigner(PrivateKey.FromFile(args[2]));
await using var rpc = new RpcEndpoint(EndpointUrl.Parse(args[0]), new RpcOptions { TimeoutSeconds = 5 });
await using JournalOutbox outbox = JournalOutbox.Open(args[1], new JournalOptions { CompactAbove = 3000, FailPoints = failPoints });

Address target = Address.Parse("0x00000000000000000000000000000000000f00d5");
SpendPolicy policy = new SpendPolicy(UInt256.Parse("1000000000000000000"))
    .Allow(target, Selector.At("move"u8), SpendValue.Exactly(7));
var options = new SenderOptions
{
    ChainId = 900,
    Policy = policy,
    Confirmations = ulong.Parse(args[4], CultureInfo.InvariantCulture),
    PollInterval = TimeSpan.FromMilliseconds(20),
    ResubmitAfter = TimeSpan.FromMilliseconds(150),
    FailPoints = failPoints,
};
using var sender = new TransactionSender(new ChainReader(rpc), signer, outbox, new AlwaysWanted(), options);
using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
Task running = sender.RunAsync(stop.Token);
for (int i = 0; i < count; i++)
{
    await sender.EnqueueAsync(
        new Intent
        {
            Key = Encoding.UTF8.GetBytes($"move {i}"),
            Target = target,
            Calldata = Encoding.UTF8.GetBytes($"move {i}"),
            Value = 7,
            Priority = i % 3,
        },
        stop.Token);
}

while ((await outbox.ListAsync(default, stop.Token)).Any(entry => !entry.IsFinal))
{
    if (running.IsCompleted)
    {
        await running;
    }

    await Task.Delay(10, stop.Token);
}

foreach (OutboxEntry entry in await outbox.ListAsync(default, stop.Token))
{
    Console.WriteLine($"{entry.State} {entry.Nonce} {Encoding.UTF8.GetString(entry.Intent.Key.Span)}");
}

Console.WriteLine("done");
return 0;

internal sealed class AlwaysWanted : IIntentGuard
{
    public ValueTask<IntentVerdict> CheckAsync(OutboxEntry entry, RpcBlock head, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IntentVerdict.Wanted);
}

internal sealed class SuicidalFailPoints(string name, int times) : IFailPoints
{
    private int _left = times;

    public bool TearsWrites => name == nameof(FailPoint.JournalHalfWritten);

    public void Reached(FailPoint point)
    {
        if (point.ToString() == name && Interlocked.Decrement(ref _left) == 0)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
