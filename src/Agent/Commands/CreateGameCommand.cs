using System.CommandLine;
using System.Globalization;
using Gavel.Agent.Operating;
using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Agent.Commands;

/// <summary><c>agent create-game TYPE ROOT BLOCK</c>: creates a game by hand, with the bond that the factory asks for.</summary>
internal static class CreateGameCommand
{
    public static Command Create()
    {
        ConnectionInputs connection = new();
        SendInputs sending = new();
        Argument<uint> type = Inputs.Argument("TYPE", "number of the game type", text => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw new FormatException($"\"{text}\" is no game type; give a number such as 0"));
        Argument<Hash32> root = Inputs.Argument("ROOT", "the output root to claim: 32 bytes in hex", Hash32.Parse);
        Argument<UInt256> block = Inputs.Argument("BLOCK", "the L2 block that it is claimed for", UInt256.Parse);
        Command command = new("create-game", "Create a game by hand") { type, root, block };
        connection.AddTo(command);
        sending.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorRun.RunAsync(command.Name, async () =>
        {
            Screen screen = connection.ScreenOf(parsed);
            await using ChainAccess chain = await connection.ConnectAsync(parsed, needsFactory: true, cancellationToken);
            await sending.WithSenderAsync(
                parsed,
                chain,
                screen,
                sender => RunAsync(chain, sender, screen, parsed.GetValue(type), parsed.GetValue(root), parsed.GetValue(block), cancellationToken),
                cancellationToken);
        }));
        return command;
    }

    private static async Task RunAsync(
        ChainAccess chain, CallSender sender, Screen screen, uint type, Hash32 root, UInt256 block, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(chain.L1, BlockRef.Latest);
        Read<UInt256> bond = DisputeGameFactory.InitBond(batch, chain.Factory, type);
        Read<Address> existing = DisputeGameFactory.Existing(batch, chain.Factory, type, root, block);
        await batch.RunAsync(cancellationToken);
        if (!existing.Value.IsZero)
        {
            throw OperatorException.Refused($"game {existing.Value} has this type, root and block already (GameAlreadyExists); there is one for each for ever");
        }

        ContractCall call = DisputeGameFactory.Create(chain.Factory, type, root, block, bond.Value);
        (CallReport report, RpcReceipt? receipt) = await sender.RunAsync(
            call, $"create a game of type {type} that claims {root} for L2 block {block}", null, cancellationToken);
        Address? game = receipt is null ? null : CreatedBy(receipt);
        if (game is { } created)
        {
            screen.Line($"created game {created}");
        }

        screen.Json(new ActReport { Account = sender.Account, DryRun = sender.IsDryRun, Calls = [report], Game = game });
    }

    private static Address CreatedBy(RpcReceipt receipt) => receipt.Logs.Select(DisputeGameFactory.GameCreatedBy).FirstOrDefault(static game => game is not null)
        ?? throw OperatorException.Refused($"{receipt.TransactionHash} was mined, but the factory tells of no new game");
}
