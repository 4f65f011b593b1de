using Gavel.Chains;
using Gavel.Devnet;

namespace Gavel.Agent.Demo;

/// <summary>Gavel's configuration for a local devnet, as an operator would write it into a file.</summary>
internal static class DevnetDefence
{
    /// <summary>A chain to defend.</summary>
    /// <param name="devnet">The devnet.</param>
    /// <param name="account">Whose challenger Gavel is; its key is written to a file in <paramref name="folder"/>.</param>
    /// <param name="folder">Folder for the key and the prestates.</param>
    /// <param name="name">The chain's name.</param>
    public static ChainOptions Of(LocalDevnet devnet, DevnetAccount account, string folder, string name = "devnet")
    {
        Directory.CreateDirectory(folder);
        string key = Path.Combine(folder, $"{name}.key");
        File.WriteAllText(key, account.PrivateKey);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        ChainOptions chain = new()
        {
            Name = name,
            SystemConfig = devnet.Addresses.SystemConfig.ToString(),
            L1 = [devnet.L1Url],
            RollupNodes = [devnet.RollupNode.Url],
            L2ExecutionNodes = [devnet.L2Url],
            PollSeconds = 0.1,
            Account = new AccountOptions { KeyFile = key },
            Sending = new SendingOptions { Confirmations = 1 },
        };
        AddPrograms(chain.Cannon, folder);
        return chain;
    }

    /// <summary>The devnet's fault-proof programs, and the server that answers their hints from the devnet's nodes.</summary>
    public static void AddPrograms(CannonOptions cannon, string folder)
    {
        string prestates = Path.Combine(folder, "prestates");
        Directory.CreateDirectory(prestates);
        FaultProofProgram.Rollup.WriteTo(prestates);
        FaultProofProgram.Sha256.WriteTo(prestates);
        cannon.Prestates.Add(prestates);
        string[] words =
        [
            Path.Combine(AppContext.BaseDirectory, "agent"), "devnet", "preimage-server", "--l1", "{l1}", "--l2", "{l2}", "--l1-head", "{l1Head}",
            "--agreed-output", "{agreedOutput}", "--claimed-output", "{disputedOutput}", "--l2-block-number", "{l2BlockNumber}", "--l2-chain-id", "{l2ChainId}",
        ];
        foreach (string word in words)
        {
            cannon.Server.Add(word);
        }
    }
}
