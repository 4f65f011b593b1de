using System.CommandLine;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.Devnet;
using Gavel.Ethereum;

namespace Gavel.Agent.Commands;

/// <summary>
/// <c>agent devnet preimage-server</c>: serves one run of the devnet's fault-proof programs over the descriptors 3 to 6 that the VM left open. Exit 0
/// when the VM has closed them, 1 when something could not be served; a line on standard error says what.
/// </summary>
internal static class PreimageServerCommand
{
    private const int Served = 0, Failed = 1;

    public static Command Create()
    {
        Option<EndpointUrl> l1 = Required("--l1", "HTTP address of the L1 node", EndpointUrl.Parse);
        Option<EndpointUrl> l2 = Required("--l2", "HTTP address of the L2 execution node", EndpointUrl.Parse);
        Option<Hash32> l1Head = Required("--l1-head", "local value 1: hash of the game's L1 head", Hash32.Parse);
        Option<Hash32> agreed = Required("--agreed-output", "local value 2: the output root that both sides accept", Hash32.Parse);
        Option<Hash32> claimed = Required("--claimed-output", "local value 3: the disputed output root", Hash32.Parse);
        Option<ulong> number = new("--l2-block-number") { Description = "local value 4: the disputed block's number", Required = true };
        Option<ulong> chain = new("--l2-chain-id") { Description = "local value 5: the rollup's chain id", Required = true };
        Option<string?> data = new("--data-dir") { Description = "folder for preimages that further runs may use" };
        Command command = new("preimage-server", "Serve preimages to the devnet's fault-proof program (started by a VM)")
        {
            l1, l2, l1Head, agreed, claimed, number, chain, data,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            DisputedClaim claim = new(
                parsed.GetValue(l1Head),
                parsed.GetValue(agreed),
                parsed.GetValue(claimed),
                parsed.GetValue(number),
                parsed.GetValue(chain));
            await using RpcEndpoint l1Node = new(parsed.GetRequiredValue(l1));
            await using RpcEndpoint l2Node = new(parsed.GetRequiredValue(l2));
            try
            {
                IPreimageSource source = new RollupPreimages(claim, new ChainReader(l1Node), new ChainReader(l2Node), cancellation);
                if (parsed.GetValue(data) is { } folder)
                {
                    source = new DirectoryPreimageCache(folder, source);
                }

                await new PreimageChannel(new VerifyingPreimageSource(source)).ServeInheritedAsync();
                return Served;
            }
            catch (Exception error) when (error is PreimageException or IOException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"preimage-server: {error.Message}");
                return Failed;
            }
        });
        return command;
    }

    private static Option<T> Required<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        Required = true,
        CustomParser = result =>
        {
            try
            {
                return parse(result.Tokens[0].Value);
            }
            catch (FormatException error)
            {
                result.AddError($"{name}: {error.Message}");
                return default!;
            }
        },
    };
}
