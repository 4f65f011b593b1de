using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Simulator;

namespace Gavel.GameSolver.OnChain.Tests;

/// <summary>
/// Plays one random game on the chain and in the simulator alike, legal and illegal acts, and compares every answer; between them the
/// solver's own actions, which both must take.
/// </summary>
internal sealed class RandomGame(ChainGame chain, SimulatedGame contract, AlphabetWorld world, ClockRules clocks, RootBlockProof? rootBlock, Random random, ulong start)
{
    private static readonly DevnetAccount[] Others = [DevnetAccounts.Dishonest, DevnetAccounts.SecondChallenger, DevnetAccounts.Users[0]];
    private readonly HonestSolver _solver = new(world);
    private Game _game = Game.Create(
        world.Shape,
        new Claim(
            Claim.NoParent, Position.Root, contract.Claims[0].Value, contract.Claims[0].Claimant, contract.Claims[0].Bond, new ChessClock(0, start)));

    private ulong _now = start;

    // A page of resolveClaim had counted a leaf as standing before it was stepped on; claims do not show that, so no forecast can.
    private bool _wasCountedBeforeStep;

    /// <summary>Acts that the contract took, and that it refused, by name.</summary>
    public Dictionary<string, int> Counts { get; } = [];

    public async Task PlayAsync(int acts)
    {
        bool isLong = random.Next(3) == 0;
        for (int i = 0; i < acts; i++)
        {
            _now += 1 + (ulong)(random.Next(isLong ? 10 : 80) == 0 ? random.Next((int)clocks.MaxDuration) : random.Next(3));
            switch (random.Next(20))
            {
                case < 9:
                    await MoveAsync();
                    break;
                case < 13:
                    await HonestAsync(isLate: false);
                    break;
                case < 16:
                    await StepAsync();
                    break;
                case 16:
                    int index = random.Next(contract.Claims.Count + 1);
                    await CheckAsync("addLocalData", contract.AddLocalData(index), FaultDisputeGame.AddLocalData(chain.Address, 4, (uint)index, 0), Someone());
                    break;
                case 17 when rootBlock is not null && random.Next(4) == 0:
                    await ChallengeBlockAsync();
                    break;
                default:
                    await ResolveAsync(random.Next(contract.Claims.Count + 1), random.Next(3));
                    break;
            }
        }
    }

    /// <summary>Lets most clocks run out, and then resolves leaves and steps on them in any order.</summary>
    public async Task PlayLateAsync(int acts)
    {
        _now += clocks.MaxDuration;
        for (int i = 0; i < acts; i++)
        {
            _now++;
            int[] leaves = [.. Enumerable.Range(0, _game.Count).Where(index => _game[index].Position.Depth == world.Shape.MaxDepth)];
            switch (random.Next(4))
            {
                case 0 when leaves.Length > 0:
                    await ResolveAsync(leaves[random.Next(leaves.Length)], 0);
                    break;
                case 1:
                    await HonestAsync(isLate: true);
                    break;
                case 2:
                    await ResolveAsync(random.Next(contract.Claims.Count), random.Next(3));
                    break;
                default:
                    await StepAsync();
                    break;
            }
        }
    }

    /// <summary>Lets all clocks run out, resolves everything and compares the outcome.</summary>
    public async Task FinishAsync()
    {
        _now += 2 * clocks.MaxDuration;
        Forecast forecast = Forecast.Of(_game);
        await CheckAsync("resolve", contract.Resolve(), FaultDisputeGame.Resolve(chain.Address), Someone());
        foreach (ResolvableClaim claim in ResolutionOrder.At(_game, new GameTime(clocks, _now)).Claims)
        {
            while (!contract.Claims[claim.ClaimIndex].IsResolved)
            {
                _now++;
                await ResolveAsync(claim.ClaimIndex, random.Next(4));
            }
        }

        _now++;
        await CheckAsync("resolve", contract.Resolve(), FaultDisputeGame.Resolve(chain.Address), Someone());
        _now++;
        await CheckAsync("resolve", contract.Resolve(), FaultDisputeGame.Resolve(chain.Address), Someone());
        Assert.NotEqual(GameStatus.InProgress, contract.Status);
        Assert.Equal(contract.Status, await chain.StatusAsync());
        Assert.True(_wasCountedBeforeStep || contract.Status == forecast.Status, $"{forecast.Status} was foreseen");
        await CompareClaimsAsync(forecast);
        foreach (Address account in contract.Claims.Select(claim => claim.Claimant).Append(contract.BlockChallenger).Distinct().Where(a => !a.IsZero))
        {
            UInt256 owed = await chain.CreditAsync(account);
            Assert.Equal(contract.Credits.GetValueOrDefault(account), owed);
            Assert.True(_wasCountedBeforeStep || forecast.Credits.GetValueOrDefault(account) == owed, $"{account} is owed {owed} wei");
        }
    }

    private async Task CompareClaimsAsync(Forecast forecast)
    {
        IReadOnlyList<Claim> claims = await chain.ClaimsAsync(contract.Claims.Count);
        Assert.All(await chain.ResolvedAsync(claims.Count), Assert.True);
        for (int i = 0; i < claims.Count; i++)
        {
            SimulatedClaim simulated = contract.Claims[i];
            Claim expected = new(
                simulated.ParentIndex,
                new Position(simulated.Position),
                simulated.Value,
                simulated.Claimant,
                simulated.Bond,
                new ChessClock(simulated.Duration, simulated.Timestamp),
                simulated.CounteredBy);
            Assert.Equal(expected, claims[i]);
            if (!_wasCountedBeforeStep)
            {
                Assert.Equal(forecast.CounteredBy[i], claims[i].CounteredBy);
            }
        }
    }

    private async Task MoveAsync()
    {
        int count = contract.Claims.Count;
        int index = random.Next(4) == 0 ? random.Next(count + 1) : Math.Max(0, count - 1 - random.Next(2));
        if (index == count)
        {
            await MoveAsync(Someone(), index, Hash32.Zero, Hash32.Zero, true, 1);
            return;
        }

        Claim parent = _game[index];
        bool isAttack = random.Next(index == 0 ? 12 : 2) != 0;
        Hash32 value = ValueFor(index, parent, isAttack);
        Hash32 disputed = random.Next(25) == 0 ? Hash32.Zero : parent.Value;
        int depth = Math.Min(parent.Position.Depth + 1, world.Shape.MaxDepth);
        UInt256 bond = contract.Rules.Bonds[random.Next(25) == 0 ? depth - 1 : depth];
        await MoveAsync(Someone(), index, disputed, value, isAttack, bond);
    }

    private Hash32 ValueFor(int index, Claim parent, bool isAttack)
    {
        int depth = parent.Position.Depth;
        if (random.Next(3) == 0 || depth >= world.Shape.MaxDepth || (index == 0 && !isAttack))
        {
            return Keccak256.Hash([(byte)random.Next(4)]).WithFirstByte((byte)random.Next(4));
        }

        Position position = isAttack ? parent.Position.Attack() : parent.Position.Defend();
        ExecutionBranch? branch = depth == world.Shape.SplitDepth ? ExecutionBranch.Below(_game, index, isAttack) : _game.BranchOf(index);
        Hash32 honest = world.Honest(branch, position);
        return depth == world.Shape.SplitDepth && !branch!.MustRefute(depth) && random.Next(4) != 0 ? honest.WithFirstByte(0) : honest;
    }

    private async Task MoveAsync(DevnetAccount from, int index, Hash32 disputed, Hash32 value, bool isAttack, UInt256 bond)
    {
        Revert? expected = contract.Move(from.Address, disputed, index, value, isAttack, bond, _now);
        await CheckAsync("move", expected, FaultDisputeGame.MoveOn(chain.Address, (uint)index, disputed, value, isAttack, bond), from);
        if (expected is null)
        {
            SimulatedClaim added = contract.Claims[^1];
            ChessClock clock = new(added.Duration, added.Timestamp);
            Position position = new(added.Position);
            Assert.Equal(clock, clocks.ForMove(_game.ParentClock(index), _game[index].Clock, position.Depth, _now));
            _game = _game.Add(new Claim((uint)index, position, value, from.Address, bond, clock));
        }
    }

    /// <summary>One of the solver's actions: both the simulator and the chain must take it.</summary>
    private async Task HonestAsync(bool isLate)
    {
        Solution solution = _solver.Solve(_game, new GameTime(clocks, _now));
        if (solution.Actions.Count == 0)
        {
            return;
        }

        GameAction chosen = solution.Actions[random.Next(solution.Actions.Count)];
        if (!isLate && chosen is StepAction && random.Next(3) != 0)
        {
            return;
        }

        int before = Counts.GetValueOrDefault("honest");
        Counts["honest"] = before + 1;
        if (chosen is MoveAction move)
        {
            int count = contract.Claims.Count;
            UInt256 bond = contract.Rules.Bonds[move.Position.Depth];
            await MoveAsync(DevnetAccounts.Challenger, move.ParentIndex, _game[move.ParentIndex].Value, move.Value, move.IsAttack, bond);
            Assert.Equal(count + 1, contract.Claims.Count);
            Assert.Equal(move.Position.GIndex, contract.Claims[^1].Position);
        }
        else if (chosen is StepAction step)
        {
            if (isLate && random.Next(2) == 0)
            {
                await ResolveAsync(step.ClaimIndex, 0);
                _now++;
            }

            if (step.TraceIndex == 0)
            {
                await CheckAsync(
                    "addLocalData",
                    contract.AddLocalData(step.ClaimIndex),
                    FaultDisputeGame.AddLocalData(chain.Address, 4, (uint)step.ClaimIndex, 0),
                    DevnetAccounts.Challenger);
                _now++;
            }

            Revert? refused = await StepAsync(DevnetAccounts.Challenger, step.ClaimIndex, step.IsAttack, step.Data.PreState.ToArray());
            Assert.True(refused is null, $"the honest {step} was refused: {refused}");
        }
    }

    private async Task StepAsync()
    {
        int[] leaves = [.. Enumerable.Range(0, _game.Count).Where(index => _game[index].Position.Depth == world.Shape.MaxDepth)];
        bool isAttack = random.Next(2) == 0;
        if (leaves.Length == 0 || random.Next(12) == 0)
        {
            await StepAsync(Someone(), random.Next(_game.Count + 1), isAttack, new byte[32]);
            return;
        }

        int leaf = leaves[random.Next(leaves.Length)];
        UInt128 step = world.Shape.LeafIndex(_game[leaf].Position) + (isAttack ? UInt128.Zero : UInt128.One);
        byte[] state = random.Next(8) == 0 ? [1, 2, 3] : world.StateBefore(contract.ContextOf(leaf), step);
        await StepAsync(Someone(), leaf, isAttack, state);
    }

    private async Task<Revert?> StepAsync(DevnetAccount from, int index, bool isAttack, byte[] state)
    {
        Revert? expected = contract.Step(from.Address, index, isAttack, state);
        await CheckAsync("step", expected, FaultDisputeGame.Step(chain.Address, (uint)index, isAttack, state, ReadOnlyMemory<byte>.Empty), from);
        if (expected is null)
        {
            if (_game.IsResolved(index))
            {
                SimulatedClaim parent = contract.Claims[(int)contract.Claims[index].ParentIndex];
                _wasCountedBeforeStep |= parent.Children.IndexOf(index) < parent.CountedChildren;
                Counts["step on a resolved leaf"] = Counts.GetValueOrDefault("step on a resolved leaf") + 1;
            }

            _game = _game.WithStep(index, from.Address);
        }

        return expected;
    }

    private async Task ResolveAsync(int index, int page)
    {
        Revert? expected = contract.ResolveClaim(index, page, _now);
        await CheckAsync("resolveClaim", expected, FaultDisputeGame.ResolveClaim(chain.Address, (uint)index, (uint)page), Someone());
        if (expected is null && contract.Claims[index].IsResolved)
        {
            _game = _game.WithResolved(index, contract.Claims[index].CounteredBy);
        }
    }

    private async Task ChallengeBlockAsync()
    {
        DevnetAccount from = Someone();
        Revert? expected = contract.ChallengeRootL2Block(from.Address);
        ContractCall call = FaultDisputeGame.ChallengeRootL2Block(
            chain.Address, rootBlock!.StateRoot, rootBlock.MessagePasserStorageRoot, rootBlock.LatestBlockHash, rootBlock.HeaderRlp);
        await CheckAsync("challengeRootL2Block", expected, call, from);
        if (expected is null)
        {
            _game = _game.WithBlockChallenged(from.Address);
        }
    }

    private async Task CheckAsync(string act, Revert? expected, ContractCall call, DevnetAccount from)
    {
        Revert? actual = await chain.SendAsync(from, call, _now);
        Assert.True(expected == actual, $"{act}: the contract said {actual?.ToString() ?? "yes"}, the simulator {expected?.ToString() ?? "yes"}");
        string name = expected is null ? act : $"{act}: {expected}";
        Counts[name] = Counts.GetValueOrDefault(name) + 1;
    }

    private DevnetAccount Someone() => Others[random.Next(Others.Length)];
}
