using System.CommandLine;
using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.Intents;

namespace Gavel.Agent.Operating;

/// <summary>The options of commands that send: whose key, and whether to stop before sending.</summary>
internal sealed class SendInputs
{
    private readonly Option<FileInfo?> _keyFile = new("--key-file") { Description = "file with the account's raw key in hex; default: the configured account" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "show the call and its cost, send nothing" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_keyFile);
        command.Options.Add(_dryRun);
    }

    /// <summary>Makes the sender and has it run the command.</summary>
    /// <exception cref="OperatorException">No account is named, or it is in use.</exception>
    public async Task WithSenderAsync(ParseResult parsed, ChainAccess chain, Screen screen, Func<CallSender, Task> run, CancellationToken cancellationToken)
    {
        ISigner signer = Signers.Of(Account(parsed, chain));
        try
        {
            bool dryRun = parsed.GetValue(_dryRun);
            await using AccountHold hold = dryRun
                ? AccountHold.None
                : await AccountHold.TakeAsync(chain.DataDirectory, chain.L1ChainId, signer.Address, cancellationToken);
            await run(new CallSender(chain, signer, screen, dryRun));
        }
        finally
        {
            await Signers.ReleaseAsync(signer);
        }
    }

    private AccountOptions Account(ParseResult parsed, ChainAccess chain) => parsed.GetValue(_keyFile) is { } file
        ? new AccountOptions { KeyFile = file.FullName }
        : chain.Options?.Account ?? throw OperatorException.BadInput("whose account? give --key-file FILE, or a configuration with an account");
}
