using Gavel.Agent.Configuring;
using Gavel.Agent.Deciding;
using Gavel.Chains;
using Gavel.Ethereum;
using Gavel.Intents;

namespace Gavel.Agent.Hosting;

/// <summary>Checks what lies on this machine, before the first node is asked: it cannot mend itself, so it ends the start.</summary>
internal static class LocalChecks
{
    /// <summary>Checks folders, keys, locks and the address of the page.</summary>
    /// <returns>Why the page cannot be served, where that is no reason to stop; otherwise null.</returns>
    /// <exception cref="ConfigurationException">It lists all that is wrong.</exception>
    public static async Task<string?> RunAsync(AgentOptions options)
    {
        Findings findings = new();
        bool isWritable = CheckFolder(options.Challenger.DataDirectory, "Challenger:DataDirectory", findings);
        for (int i = 0; i < options.Challenger.Chains.Count; i++)
        {
            ChainOptions chain = options.Challenger.Chains[i];
            if (await AccountOfAsync(chain, $"Challenger:Chains:{i}:Account", findings) is { } account && isWritable && !chain.DryRun)
            {
                CheckLock(options.Challenger.DataDirectory, account, findings);
            }
        }

        string? page = ListenCheck.Problem(options.Host.Listen);
        if (page is not null && options.Host.Required)
        {
            findings.Add("Host:Listen", $"{page}, or Host:Required false to defend without", null);
        }

        CheckToken(options.Host.OperatorTokenFile, findings);
        findings.ThrowIfAny();
        return page;
    }

    private static void CheckToken(string? file, Findings findings)
    {
        try
        {
            _ = string.IsNullOrEmpty(file) ? null : OperatorToken.Read(file);
        }
        catch (ConfigurationException error)
        {
            findings.Add("", error.Message, null);
        }
    }

    private static bool CheckFolder(string folder, string place, Findings findings)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string full = Path.GetFullPath(folder);
            findings.Add(place, File.Exists(full) ? $"{full} is a file; name a folder" : $"{full} cannot be made or written ({error.Message}); name a folder that this user may write", null);
            return false;
        }
    }

    private static async Task<Address?> AccountOfAsync(ChainOptions chain, string place, Findings findings)
    {
        try
        {
            ISigner signer = Signers.Of(chain.Account);
            Address address = signer.Address;
            await Signers.ReleaseAsync(signer);
            return address;
        }
        catch (Exception error) when (error is AccountException or FormatException or IOException or UnauthorizedAccessException)
        {
            findings.Add(place, error.Message, null);
            return null;
        }
    }

    // Whose journal it is on which L1 is told by the nodes; where there is but one of this account, it is that one.
    private static void CheckLock(string dataDirectory, Address account, Findings findings)
    {
        string outbox = Path.Combine(dataDirectory, "outbox");
        string[] folders = Directory.Exists(outbox) ? Directory.GetDirectories(outbox, $"*-{account}") : [];
        if (folders is not [string folder])
        {
            return;
        }

        try
        {
            using FileStream held = new(Path.Combine(folder, "journal.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!findings.IsBroken("Challenger:DataDirectory"))
            {
                findings.Add("Challenger:DataDirectory", $"the journal of account {account} is in use by another agent; stop that one, or give this one a data directory and an account of its own ({error.Message})", null);
            }
        }
    }
}
