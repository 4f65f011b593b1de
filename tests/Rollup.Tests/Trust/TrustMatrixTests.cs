using System.Globalization;
using Gavel.Rollup.Tests.Trust.World;
using Gavel.TestKit;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>
/// Every lie, lag, silence, slowness and error that nodes can produce, on one to three groups of rollup nodes, one to three execution nodes and L1,
/// singly and in pairs, on virtual time. A valid root is never called false, nor is a wrong value ever given for a move, while fewer groups than the
/// minimum lie; every root is judged as it is while the honest and well reach the minimum and outnumber the liars, whatever the others do; and all
/// that was said wrongly is forgotten when the nodes are well again.
/// </summary>
public sealed class TrustMatrixTests
{
    private const ulong Block = 96;
    private static readonly ulong[] _positions = [61, 78, 80, 90, 96, 97, 99, 100, 108, 2_000];

    [Fact]
    [Trait("Scale", "full")]
    public void EveryFault_Alone()
    {
        Random random = new(5);
        foreach (Fault fault in Fault.OfRollup)
        {
            Some(random).ForEach(setting => Play(setting, [(0, fault)], [], Fault.None));
        }

        foreach (Fault fault in Fault.OfExecution)
        {
            Some(random).Append(Setting.All.First(setting => setting.Execution == 3)).ToList().ForEach(setting => Play(setting, [], [(0, fault)], Fault.None));
        }

        foreach (Fault fault in Fault.OfL1)
        {
            Some(random).ForEach(setting => Play(setting, [], [], fault));
        }

        static List<Setting> Some(Random random) => [.. random.GetItems([.. Setting.All], Scale.Of(1, 0)), .. Setting.All.Take(Scale.Of(1, Setting.All.Count))];
    }

    [Fact]
    [Trait("Scale", "full")]
    public void EveryFault_InPairs()
    {
        Random random = new(9);
        for (int round = 0; round < Scale.Of(120, 10_000); round++)
        {
            Setting setting = Setting.All[random.Next(Setting.All.Count)];
            List<(int, Fault)> rollup = [];
            List<(int, Fault)> execution = [];
            Fault l1 = Fault.None;
            for (int fault = 0; fault < 2; fault++)
            {
                switch (random.Next(5))
                {
                    case 0 or 1 or 2:
                        rollup.Add((random.Next(setting.Rollup.Length), Any(Fault.OfRollup)));
                        break;
                    case 3:
                        execution.Add((random.Next(setting.Execution), Any(Fault.OfExecution)));
                        break;
                    default:
                        l1 = Any(Fault.OfL1);
                        break;
                }
            }

            Play(setting, rollup, execution, l1, from: random.Next(0, 14), for_: random.Next(1, 14));
        }

        Fault Any(IReadOnlyList<Fault> faults) => faults[random.Next(faults.Count)];
    }

    private static void Play(Setting setting, IReadOnlyList<(int Node, Fault Fault)> rollup, IReadOnlyList<(int Node, Fault Fault)> execution, Fault l1, int from = 0, int for_ = 14)
    {
        string what = $"{setting}: rollup [{Show(rollup)}], execution [{Show(execution)}], L1 {l1}, cycles {from} to {from + for_}";
        FakeWorld.OnThisThread(() =>
        {
            using FakeWorld world = new(setting.Rollup, setting.Execution, setting.Minimum);
            Match match = new(world, what);
            for (int cycle = 0; cycle < 14; cycle++)
            {
                bool isOn = cycle >= from && cycle < from + for_;
                Set(isOn);
                match.Cycle();
                match.AssertSafe();
                if (cycle is 12 or 13 && isOn)
                {
                    match.AssertLive();
                }
            }

            Set(false);
            for (int cycle = 0; cycle < 15; cycle++)
            {
                match.Cycle(cycle < 12 ? null : TimeSpan.FromMinutes(5)); // who went back on L1 is unsteady for a while
            }

            match.AssertSafe();
            match.AssertLive();

            void Set(bool isOn)
            {
                world.L1.Fault = isOn ? l1 : Fault.None;
                rollup.ToList().ForEach(entry => world.Rollup[entry.Node].Fault = isOn ? entry.Fault : Fault.None);
                execution.ToList().ForEach(entry => world.Execution[entry.Node].Fault = isOn ? entry.Fault : Fault.None);
                match.NoteLiars();
            }
        });
    }

    private static string Show(IEnumerable<(int Node, Fault Fault)> faults) => string.Join(", ", faults.Select(entry => $"{entry.Node} {entry.Fault}"));

    /// <summary>Which nodes there are, and how many groups must agree.</summary>
    private sealed record Setting(string[] Rollup, int Execution, int? Minimum)
    {
        public static IReadOnlyList<Setting> All { get; } =
        [
            new(["a"], 1, null), new(["a"], 2, null), new(["a", "a"], 1, null), new(["a", "b"], 1, null), new(["a", "b"], 2, 1), new(["a", "b", "b"], 2, null),
            new(["a", "b", "c"], 1, null), new(["a", "b", "c"], 3, null), new(["a", "b", "c"], 2, 1), new(["a", "b", "c"], 3, 3), new(["a", "a", "b", "b", "c"], 3, null),
        ];

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"groups {string.Concat(Rollup)}, {Execution} execution nodes, minimum {Minimum}");
    }

    /// <summary>Four roots at once: a true one, another value, a true output too early, and one beyond everything.</summary>
    private sealed class Match
    {
        private readonly FakeWorld _world;
        private readonly string _what;
        private readonly (GameCase Case, Truth Truth, string Name)[] _games;
        private readonly HashSet<string> _liars = [];
        private readonly HashSet<string> _sawTheHeadPass;

        public Match(FakeWorld world, string what)
        {
            _world = world;
            _what = what;
            _sawTheHeadPass = [.. world.Groups];
            _games =
            [
                (world.Game(FakeChains.L2(Block).Output, Block), Truth.Valid, "true root"),
                (world.Game(FakeChains.L2(FakeWorld.SafeAtHead).Output, FakeWorld.SafeAtHead), Truth.Valid, "true root of the safe head"),
                (world.Game(FakeBlock.Named("made up"), Block), Truth.Invalid, "another value"),
                (world.Game(FakeChains.L2(Block, FakeChains.Other).Output, Block), Truth.Invalid, "another fork's value"),
                (world.Game(FakeChains.L2(FakeWorld.SafeAtHead + 1).Output, FakeWorld.SafeAtHead + 1), Truth.Invalid, "too early"),
                (world.Game(FakeBlock.Named("beyond"), 5_000), Truth.Invalid, "beyond all"),
            ];
        }

        // Games exist from the moment when L1 is past their head.
        private IEnumerable<(GameCase Case, Truth Truth, string Name)> Games => _world.L1Number > FakeWorld.Head ? _games : [];

        public void Cycle(TimeSpan? length = null)
        {
            if (_world.L1Number is >= FakeWorld.Head - 2 and <= FakeWorld.Head + 3)
            {
                _sawTheHeadPass.IntersectWith(_world.L1.Fault.IsNone ? Well() : []);
            }

            _world.Cycle(Games.Select(game => game.Case), _positions, length: length);
        }

        public void NoteLiars() => _liars.UnionWith(GroupsOf(node => node.Fault.IsLie));

        /// <summary>Nothing true is called false, and no wrong value is given for a move. Who has lied up to now counts.</summary>
        public void AssertSafe()
        {
            if (_liars.Count >= _world.Nodes.Minimum)
            {
                return;
            }

            foreach ((GameCase game, Truth truth, string name) in Games)
            {
                Weighing weighing = game.Weigh();
                Assert.True(weighing.Verdict.Truth == Truth.Unavailable || weighing.Verdict.Truth == truth, $"{_what}: {name} is {weighing.Verdict}");
                foreach (ulong position in _positions)
                {
                    ulong block = Math.Min(Math.Min(position, game.Facts.Block), FakeWorld.SafeAtHead);
                    VerifiedOutput? output = weighing.HonestAt(position).Output;
                    Assert.True(output is null || (output.OutputRoot == FakeChains.L2(block).Output && output.Block == FakeChains.L2(block).Id), $"{_what}: {name}: {output} at {position}");
                }
            }
        }

        /// <summary>Every root is judged as it is, if the honest and well are enough.</summary>
        public void AssertLive()
        {
            HashSet<string> liars = GroupsOf(node => node.Fault.IsLie);
            HashSet<string> well = Well();
            int proving = _world.Execution.Count(node => node.Fault.IsNone);
            int doubting = _world.Execution.Count(node => node.Fault.IsLie);
            if (well.Count < _world.Nodes.Minimum || well.Count <= liars.Count || proving <= doubting || !_world.L1.Fault.IsNone)
            {
                return;
            }

            // That a block which is derived today was not is shown by two records, or by one and our log of the moment when the node got past the head.
            bool canTellWhatIsEarly = well.Count >= 2 || well.IsSubsetOf(_sawTheHeadPass);
            foreach ((GameCase game, Truth truth, string name) in Games.Where(game => game.Name != "too early" || canTellWhatIsEarly))
            {
                Verdict verdict = game.Weigh().Verdict;
                Assert.True(verdict.Truth == truth, $"{_what}: {name} is {verdict}");
            }
        }

        private HashSet<string> Well() => [.. _world.Groups.Except(GroupsOf(node => !node.Fault.IsNone))];

        private HashSet<string> GroupsOf(Func<FakeRollup, bool> fits) => [.. _world.Rollup.Select((node, i) => (node, Group(i))).Where(entry => fits(entry.node)).Select(entry => entry.Item2)];

        private string Group(int node) => _world.Groups[node];
    }
}
