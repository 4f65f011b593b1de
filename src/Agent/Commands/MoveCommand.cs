using System.CommandLine;
using System.Globalization;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Agent.Commands;

/// <summary><c>agent move GAME CLAIM attack|defend VALUE</c>: answers a claim by hand, with the bond that the contract asks for.</summary>
internal static class MoveCommand
{
    public static Command Create()
    {
        ConnectionInputs connection = new();
        SendInputs sending = new();
        Argument<Address> game = Inputs.Game();
        Argument<uint> claim = Inputs.Argument("CLAIM", "index of the claim to answer", text => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
            ? index
            : throw new FormatException($"\"{text}\" is no claim index; give a number such as 0"));
        Argument<bool> attack = Inputs.Argument("MOVE", "attack or defend", text => text switch
        {
            "attack" => true,
            "defend" => false,
            _ => throw new FormatException($"\"{text}\" is no move; say attack or defend"),
        });
        Argument<Hash32> value = Inputs.Argument("VALUE", "the claim to post: 32 bytes in hex", Hash32.Parse);
        Command command = new("move", "Attack or defend a claim by hand") { game, claim, attack, value };
        connection.AddTo(command);
        sending.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            Screen screen = connection.ScreenOf(parsed);
            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: false, cancellationToken);
            Move move = new(parsed.GetValue(game), parsed.GetValue(claim), parsed.GetValue(attack), parsed.GetValue(value));
            await sending.WithSenderAsync(parsed, chain, screen, sender => RunAsync(chain, sender, screen, move, cancellationToken), cancellationToken);
        }));
        return command;
    }

    private static async Task RunAsync(ChainAccess chain, CallSender sender, Screen screen, Move move, CancellationToken cancellationToken)
    {
        GameView game = await GameView.RequiredAsync(chain, move.Game, cancellationToken);
        if (move.Claim >= game.Claims.Count)
        {
            throw OperatorException.BadInput($"CLAIM: there is no claim {move.Claim}; the game has claims 0 to {game.Claims.Count - 1}");
        }

        // The root cannot be defended and claims at the last depth take no move: the contract says so itself, at the depth of an attack.
        Claim parent = game.Claims[(int)move.Claim];
        bool inTree = parent.Position.Depth < game.Rules.MaxDepth && parent.Position.Depth < Position.MaxDepth;
        Position position = move.IsAttack || parent.IsRoot || !inTree ? parent.Position.Attack() : parent.Position.Defend();
        ReadBatch batch = new(chain.L1, game.View.At);
        Read<UInt256> bond = GameEffects.RequiredBond(batch, move.Game, position);
        await batch.RunAsync(cancellationToken);
        ContractCall call = FaultDisputeGame.MoveOn(move.Game, move.Claim, parent.Value, move.Value, move.IsAttack, bond.Value);
        string purpose = $"{(move.IsAttack ? "attack" : "defend")} claim {move.Claim} of game {move.Game} with {move.Value}, {Screen.Duration(game.SecondsLeft((int)move.Claim))} left";
        (CallReport report, RpcReceipt? receipt) = await sender.RunAsync(call, purpose, move.Claim, cancellationToken);
        uint? posted = receipt is null ? null : await PostedAsync(chain, move, position, receipt, cancellationToken);
        if (posted is uint index)
        {
            screen.Line($"posted as claim {index}");
        }

        screen.Json(new ActReport { Account = sender.Account, DryRun = sender.IsDryRun, Calls = [report], Game = move.Game, Claim = posted });
    }

    private static async Task<uint?> PostedAsync(ChainAccess chain, Move move, Position position, RpcReceipt receipt, CancellationToken cancellationToken)
    {
        GameReader reader = new(chain.L1);
        BlockRef at = BlockRef.At(receipt.BlockHash);
        GameMetadata metadata = await reader.MetadataAsync(move.Game, at, cancellationToken);
        GameState state = (await reader.StatesAsync([metadata], [], at, cancellationToken))[0];
        ClaimId id = new(position, move.Value, move.Claim);
        for (int i = state.Claims.Count - 1; i >= 0; i--)
        {
            if (state.Claims[i].Id == id)
            {
                return (uint)i;
            }
        }

        return null;
    }

    private sealed record Move(Address Game, uint Claim, bool IsAttack, Hash32 Value);
}
