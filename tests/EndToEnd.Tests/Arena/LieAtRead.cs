using Gavel.Cannon;
using Gavel.Contracts;
using Gavel.Devnet;
using Gavel.GameSolver;
using Gavel.Traces;

namespace Gavel.EndToEnd.Tests.Arena;

/// <summary>A lie that begins at an instruction that reads a preimage, so that the last step needs its part on chain.</summary>
/// <param name="program">The program's name.</param>
/// <param name="keyType">Type of the preimage key: 1 local, 2 keccak256, 4 sha256.</param>
/// <param name="isOnChain">Whether somebody else loads the part before Gavel needs it.</param>
internal sealed class LieAtRead(string program, byte keyType, bool isOnChain)
{
    private UInt128? _instruction;
    private PreimageRead? _read;
    private bool _isLoaded;

    /// <summary>The first instruction of the branch's trace that reads a preimage of the type.</summary>
    public UInt128 InstructionIn(Ring ring, GameMetadata game, ExecutionBranch branch)
    {
        if (_instruction is { } known)
        {
            return known;
        }

        LocalInputs inputs = LocalInputs.Of(game, branch, Duel.Block);
        DisputedClaim claim = new(inputs.L1Head, inputs.AgreedOutputRoot, inputs.DisputedOutputRoot, inputs.L2BlockNumber, inputs.L2ChainId);
        using VmState state = Programs.Load(program);
        using Vm vm = new(state, new VmOptions
        {
            Preimages = new RollupPreimages(claim, ring.Devnet.L1, ring.Devnet.L2, CancellationToken.None),
            StopAfterPreimageRead = read => read.Key.FirstByte == keyType,
        });
        RunResult run = vm.Run(new RunLimits());
        Assert.Equal(StopReason.PreimageRead, run.Reason);
        _read = run.LastRead;
        _instruction = state.Step - 1;
        return state.Step - 1;
    }

    /// <summary>Loads the part as another account, once there is a claim below the split.</summary>
    public async Task LoadAsync(Ring ring, GameMetadata game, GameState state)
    {
        if (!isOnChain || _isLoaded || _read is not { } read)
        {
            return;
        }

        int below = state.Claims.ToList().FindIndex(claim => claim.Position.Depth > game.Rules!.SplitDepth);
        if (below < 0)
        {
            return;
        }

        ContractCall call = keyType switch
        {
            1 => FaultDisputeGame.AddLocalData(game.Game, (byte)LocalInputs.IdentOf(read.Key)!.Value, (uint)below, read.Offset),
            2 => PreimageOracle.LoadKeccak(game.Rules!.Oracle, read.Offset, read.Value),
            _ => PreimageOracle.LoadSha256(game.Rules!.Oracle, read.Offset, read.Value),
        };
        await ring.Devnet.SendAsync(DevnetAccounts.Users[1], call.To, call.Data, call.Value);
        _isLoaded = true;
    }
}
