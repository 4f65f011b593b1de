using System.Diagnostics;
using Gavel.GameSolver;
using Gavel.GameSolver.Solving;

namespace Gavel.Bench;

/// <summary>The solver on a game of 10,000 claims at depth 73 with every honest value at hand, and the arithmetic of positions.</summary>
internal static class SolverBench
{
    private const int Claims = 10_000;
    private const int MaxDepth = 73;
    private const int SplitDepth = 30;

    public static void Run()
    {
        Positions();
        Cached trace = new();
        Game game = Crowd(trace, Claims);
        new HonestSolver(trace).Solve(game);
        (double whole, long wholeBytes) = Cost(() => new HonestSolver(trace).Solve(game));
        Game half = Crowd(trace, Claims / 2);
        new HonestSolver(trace).Solve(half);
        (double halfTime, long halfBytes) = Cost(() => new HonestSolver(trace).Solve(half));
        Console.WriteLine($"next actions, {Claims} claims, depth {MaxDepth}: {whole * 1e3:F2} ms, {wholeBytes / 1024} KiB; half of the claims: "
            + $"{halfTime * 1e3:F2} ms, {halfBytes / 1024} KiB; ratio of bytes {(double)wholeBytes / halfBytes:F2}");
        OneMore(trace, Claims);
        OneMore(trace, Claims / 10);
    }

    private static void Positions()
    {
        const int Operations = 1_000_000;
        UInt128 sum = 0;
        double seconds = Measure.MedianSeconds(21, () =>
        {
            Position at = new(6);
            for (int i = 0; i < Operations / 4; i++)
            {
                Position next = (i & 1) == 0 ? at.Attack() : at.Defend();
                sum += next.TraceIndex(MaxDepth);
                at = next.Depth < MaxDepth ? next : new Position(6);
                sum += at.TraceAncestor().GIndex;
            }
        });
        Console.WriteLine($"{Operations} position operations (move, trace index, depth, trace ancestor): {seconds * 1e3:F2} ms ({(ulong)sum & 1})");
    }

    /// <summary>Adds one claim to a known game at each of 200 times and solves it.</summary>
    private static void OneMore(Cached trace, int claims)
    {
        Game game = Crowd(trace, claims);
        HonestSolver solver = new(trace);
        solver.Solve(game);
        double[] times = new double[201];
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times.Length; i++)
        {
            Claim claim = new(0, Position.Root.Attack(), Keccak256.Hash(BitConverter.GetBytes(i)));
            long start = Stopwatch.GetTimestamp();
            game = game.Add(claim);
            solver.Solve(game);
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Array.Sort(times);
        Console.WriteLine($"one claim more in a game of {claims}: {times[times.Length / 2] * 1e6:F1} us, {bytes / times.Length} bytes");
    }

    private static (double Seconds, long Bytes) Cost(Action action)
    {
        double seconds = Measure.MedianSeconds(21, action);
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return (seconds, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Lines from the root down to the leaves: we answer every lie, liars answer us at many places.</summary>
    private static Game Crowd(Cached trace, int claims)
    {
        Game game = Game.Create(new GameShape(MaxDepth, SplitDepth), new Claim(Claim.NoParent, Position.Root, Hash32.Zero));
        HonestSolver solver = new(trace);
        Random random = new(7);
        List<int> ours = [];
        while (game.Count < claims)
        {
            foreach (MoveAction move in solver.Solve(game).Actions.OfType<MoveAction>())
            {
                ours.Add(game.Count);
                game = game.Add(new Claim((uint)move.ParentIndex, move.Position, move.Value));
            }

            for (int i = 0; i < 40; i++)
            {
                int parent = random.Next(3) == 0 ? ours[random.Next(ours.Count)] : ours[^(1 + random.Next(Math.Min(40, ours.Count)))];
                Position position = game[parent].Position;
                if (position.Depth < MaxDepth)
                {
                    Hash32 lie = Keccak256.Hash(BitConverter.GetBytes(game.Count));
                    lie = lie.WithFirstByte((byte)(position.Depth == SplitDepth ? VmStatus.Invalid : VmStatus.Unfinished));
                    game = game.Add(new Claim((uint)parent, position.Attack(), lie));
                }
            }
        }

        return game;
    }

    /// <summary>Every value that was asked for once is at hand.</summary>
    private sealed class Cached : ITrace
    {
        private readonly Dictionary<(ExecutionBranch?, Position), TraceAnswer<Hash32>> _values = [];
        private readonly TraceAnswer<StepData> _step = TraceAnswer.Of(new StepData(new byte[226], new byte[896]));

        public TraceAnswer<Hash32> ValueAt(ExecutionBranch? branch, Position position)
        {
            if (!_values.TryGetValue((branch, position), out TraceAnswer<Hash32> value))
            {
                Hash32 hash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes($"{branch} {position}"));
                value = TraceAnswer.Of(hash.WithFirstByte((byte)(position.Depth == SplitDepth + 1 ? VmStatus.Invalid : VmStatus.Unfinished)));
                _values.Add((branch, position), value);
            }

            return value;
        }

        public TraceAnswer<StepData> StepAt(ExecutionBranch? branch, UInt128 traceIndex) => _step;

        public TraceAnswer<RootBlockProof?> RootBlock(Hash32 root) => TraceAnswer.Of<RootBlockProof?>(null);
    }
}
