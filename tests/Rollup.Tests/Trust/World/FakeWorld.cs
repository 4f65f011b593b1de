using Gavel.Ethereum;
using Gavel.TestKit;

namespace Gavel.Rollup.Tests.Trust.World;

/// <summary>
/// Trusted nodes on virtual time: everything runs on the calling thread, either when it is asked for or when the clock is moved, so that a run is
/// the same each time. To be used without a synchronisation context.
/// </summary>
internal sealed class FakeWorld : IDisposable
{
    public const ulong L1ChainId = 1;
    public const ulong L2ChainId = 901;

    /// <summary>The block that games start from.</summary>
    public const ulong Start = 60;

    /// <summary>L1's head when the world begins.</summary>
    public const ulong FirstL1 = 95;

    /// <summary>The L1 head of the games.</summary>
    public const ulong Head = 100;

    /// <summary>The safe head by it.</summary>
    public const ulong SafeAtHead = 99;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _blockTime = TimeSpan.FromSeconds(12);
    private readonly DateTimeOffset _start;
    private readonly ulong _firstL1;

    public FakeWorld(IReadOnlyList<string> rollupGroups, int executionNodes, int? minimum, SafeHeadLog? log = null, DateTimeOffset? start = null, ulong firstL1 = FirstL1)
    {
        _start = start ?? DateTimeOffset.UnixEpoch.AddDays(20_000);
        _firstL1 = firstL1;
        Groups = rollupGroups;
        Clock = new ManualTime(_start);
        L1 = new FakeL1(this);
        Rollup = [.. rollupGroups.Select(_ => new FakeRollup(this))];
        Execution = [.. Enumerable.Range(0, executionNodes).Select(_ => new FakeExecution(this))];
        Nodes = new TrustedNodes(
            [.. Rollup.Select((node, i) => new TrustedRollupNode($"rollup {i}", rollupGroups[i], new RollupNode(node)))],
            [.. Execution.Select((node, i) => new TrustedExecutionNode($"execution {i}", $"execution {i}", new L2ExecutionNode(new ChainReader(node))))],
            new ChainReader(L1),
            L1ChainId,
            minimum,
            new TrustLimits(),
            log ?? SafeHeadLog.InMemory(),
            Clock);
    }

    /// <summary>Whose voice each rollup node is.</summary>
    public IReadOnlyList<string> Groups { get; }

    public ManualTime Clock { get; }

    public FakeL1 L1 { get; }

    public FakeRollup[] Rollup { get; }

    public FakeExecution[] Execution { get; }

    public TrustedNodes Nodes { get; }

    /// <summary>L1's fork at present.</summary>
    public char L1Fork { get; set; } = FakeChains.True;

    /// <summary>L1's head now.</summary>
    public ulong L1Number => _firstL1 + (ulong)((Clock.GetUtcNow() - _start) / _blockTime);

    /// <summary>A game with the given claim.</summary>
    public GameCase Game(Hash32 root, UInt256 block, ulong head = Head, Hash32? anchor = null) => Nodes.CaseOf(new GameFacts
    {
        L1Head = FakeChains.L1(head).Id.Hash,
        RootClaim = root,
        ProposedBlock = block,
        StartBlock = Start,
        StartRoot = anchor ?? FakeChains.L2(Start).Output,
        L2ChainId = L2ChainId,
    });

    /// <summary>Runs something without a synchronisation context, so that nothing leaves the calling thread.</summary>
    public static void OnThisThread(Action run)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>One cycle: all nodes are looked at, each game asks what it wants, and time goes on to the next.</summary>
    public void Cycle(IEnumerable<GameCase> games, IReadOnlyCollection<ulong> blocks, bool wasReorganised = false, TimeSpan? length = null)
    {
        DateTimeOffset end = Clock.GetUtcNow() + (length ?? _blockTime);
        Run(Nodes.LookAsync(wasReorganised, default));
        Run(Task.WhenAll(games.Select(game => game.AskAsync(blocks, TimeSpan.FromSeconds(3), default, default))));
        foreach (GameCase game in games)
        {
            Weighing weighing = game.Weigh();
            _ = blocks.Select(block => weighing.HonestAt(block)).Count();
            game.Hold(weighing);
        }

        Clock.Advance(end > Clock.GetUtcNow() ? end - Clock.GetUtcNow() : TimeSpan.Zero);
    }

    public void Cycles(int count, IReadOnlyList<GameCase> games, IReadOnlyCollection<ulong> blocks)
    {
        for (int i = 0; i < count; i++)
        {
            Cycle(games, blocks);
        }
    }

    public void Dispose() => Nodes.Dispose();

    private void Run(Task task)
    {
        for (int seconds = 0; !task.IsCompleted; seconds++)
        {
            Assert.True(seconds < 300, "it does not end although time goes on");
            Clock.Advance(_second);
        }

        task.GetAwaiter().GetResult();
    }
}
