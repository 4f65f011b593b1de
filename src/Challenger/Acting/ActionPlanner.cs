using System.Globalization;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;
using Gavel.Intents;
using Gavel.Traces;

namespace Gavel.Challenger;

/// <summary>Turns the solver's actions into calls: moves with their exact bond, and steps only once the oracle holds what they read.</summary>
public sealed class ActionPlanner(ChainReader l1, ulong chainId, OwnMoves own)
{
    // Preimage key types (fault-proof specification, "pre-image key types").
    private const byte LocalKey = 1;
    private const byte KeccakKey = 2;
    private const byte Sha256Key = 4;

    /// <summary>The calls that a judgement asks for.</summary>
    /// <param name="game">The game.</param>
    /// <param name="judgement">What was decided.</param>
    /// <param name="stanceOn">What the solver thinks of a claim, for the reasons.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Calls, and the actions for which there is none.</returns>
    public async Task<(IReadOnlyList<PlannedCall> Calls, IReadOnlyList<UnplannedAction> Unplanned)> PlanAsync(
        GameMetadata game, Judgement judgement, Func<int, Stance> stanceOn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(judgement);
        ArgumentNullException.ThrowIfNull(stanceOn);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        List<PlannedCall> calls = [];
        (IReadOnlyList<GameAction> allowed, IReadOnlyList<UnplannedAction> contradicting) =
            await own.PartAsync(game, judgement.Game, judgement.Solution.Actions, judgement.View, judgement.Verdict.Decision is not null, cancellationToken);
        List<UnplannedAction> unplanned = [.. contradicting];
        foreach (ActionDeadline due in ActionDeadline.Of(judgement.Game, allowed, rules.Clock))
        {
            ulong deadline = due.Deadline < 0 ? 0 : (ulong)due.Deadline;
            switch (due.Action)
            {
                case MoveAction move:
                    calls.Add(Move(game, rules, judgement.Game, move, deadline, stanceOn(move.ParentIndex)));
                    break;
                case StepAction step:
                    try
                    {
                        await PlanStepAsync(game, rules, judgement, step, deadline, calls, unplanned, cancellationToken);
                    }
                    catch (Exception error) when (error is RpcException or ContractReadException)
                    {
                        // The oracle could not be asked; what else the game needs does not wait for it.
                        unplanned.Add(new UnplannedAction(step.ClaimIndex, $"the step cannot be planned now: {error.Message}"));
                    }

                    break;
                case RootBlockAction block:
                    calls.Add(ChallengeBlock(game, block.Proof, deadline));
                    break;
                default:
                    throw new InvalidOperationException($"no call is known for {due.Action.GetType().Name}");
            }
        }

        return (calls, unplanned);
    }

    private PlannedCall Move(GameMetadata game, GameRules rules, Game state, MoveAction move, ulong deadline, Stance stance)
    {
        Claim parent = state[move.ParentIndex];
        ClaimId posted = new(move.Position, move.Value, (uint)move.ParentIndex);
        string reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{(move.IsAttack ? "attack" : "defend")} claim {move.ParentIndex} at depth {parent.Position.Depth} ({stance}): {(move.IsAttack ? "its value is false" : "its value is true, but it is no honest move")}");
        return new PlannedCall(
            IntentKey.OfMove(chainId, game.Game, posted, parent.Value, game.L1Head),
            FaultDisputeGame.MoveOn(game.Game, (uint)move.ParentIndex, parent.Value, move.Value, move.IsAttack, rules.Bonds[move.Position.Depth]),
            Priorities.Move,
            deadline,
            reason,
            move.ParentIndex);
    }

    private async Task PlanStepAsync(
        GameMetadata game,
        GameRules rules,
        Judgement judgement,
        StepAction step,
        ulong deadline,
        List<PlannedCall> calls,
        List<UnplannedAction> unplanned,
        CancellationToken cancellationToken)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"step {step.TraceIndex} against claim {step.ClaimIndex}");
        if (step.Data.Preimage is { } part)
        {
            Hash32 oracleKey = part.Key.FirstByte == LocalKey && LocalInputs.IdentOf(part.Key) is ulong ident and <= byte.MaxValue
                ? LocalContext.Localize((byte)ident, game.Game, ContextOf(step.Branch!))
                : part.Key;
            ReadBatch batch = new(l1, judgement.View.At);
            Read<bool> loaded = PreimageOracle.PartOk(batch, rules.Oracle, oracleKey, part.Offset);
            await batch.RunAsync(cancellationToken);
            if (!loaded.Value)
            {
                if (Upload(game, rules, step, part, oracleKey, deadline, what) is { } upload)
                {
                    calls.Add(upload);
                }
                else
                {
                    unplanned.Add(new UnplannedAction(step.ClaimIndex, $"{what} reads preimage {part.Key}, whose type {part.Key.FirstByte} cannot be loaded by this version"));
                }

                return; // the step follows once the part is on chain
            }
        }

        Claim claim = judgement.Game[step.ClaimIndex];
        ContractCall call = FaultDisputeGame.Step(game.Game, (uint)step.ClaimIndex, step.IsAttack, step.Data.PreState, step.Data.Proof);
        calls.Add(new PlannedCall(
            new IntentKey(chainId, IntentKind.Step, game.Game, claim.Id.ContractHash(), (uint)step.ClaimIndex, Basis: Keccak256.Hash(call.Data.Span), L1Head: game.L1Head),
            call,
            Priorities.Step,
            deadline,
            $"{what}: executing it {(step.IsAttack ? "from the state before" : "from the claimed state")} shows that the claim is false",
            step.ClaimIndex));
    }

    private PlannedCall? Upload(
        GameMetadata game, GameRules rules, StepAction step, PreimagePart part, Hash32 oracleKey, ulong deadline, string what)
    {
        string reason = string.Create(CultureInfo.InvariantCulture, $"{what} reads preimage {part.Key} at offset {part.Offset}");
        switch (part.Key.FirstByte)
        {
            case LocalKey when LocalInputs.IdentOf(part.Key) is ulong ident and >= 1 and <= 5:
                ContractCall local = FaultDisputeGame.AddLocalData(game.Game, (byte)ident, (uint)step.ClaimIndex, part.Offset);
                return new PlannedCall(
                    new IntentKey(chainId, IntentKind.LocalData, rules.Oracle, oracleKey, part.Offset, Basis: Keccak256.Hash(local.Data.Span), L1Head: game.L1Head),
                    local,
                    Priorities.Preimage,
                    deadline,
                    reason,
                    step.ClaimIndex);
            case KeccakKey:
            case Sha256Key:
                return new PlannedCall(
                    new IntentKey(chainId, IntentKind.Preimage, rules.Oracle, part.Key, part.Offset),
                    part.Key.FirstByte == KeccakKey
                        ? PreimageOracle.LoadKeccak(rules.Oracle, part.Offset, part.Data)
                        : PreimageOracle.LoadSha256(rules.Oracle, part.Offset, part.Data),
                    Priorities.Preimage,
                    deadline,
                    reason,
                    step.ClaimIndex);
            default:
                return null;
        }
    }

    private PlannedCall ChallengeBlock(GameMetadata game, RootBlockProof proof, ulong deadline) => new(
        new IntentKey(chainId, IntentKind.ChallengeBlock, game.Game, game.RootClaim, L1Head: game.L1Head),
        FaultDisputeGame.ChallengeRootL2Block(game.Game, proof.StateRoot, proof.MessagePasserStorageRoot, proof.LatestBlockHash, proof.HeaderRlp),
        Priorities.Move,
        deadline,
        $"the root claim is the output of block {proof.LatestBlockHash}, not of the proposed block {game.L2BlockNumber}",
        0);

    private static Hash32 ContextOf(ExecutionBranch branch) => branch.Agreed is { } agreed
        ? LocalContext.Of(agreed.Value, agreed.Position.GIndex, branch.Disputed.Value, branch.Disputed.Position.GIndex)
        : LocalContext.OfFirstBlock(branch.Disputed.Value, branch.Disputed.Position.GIndex);
}
