using Gavel.Challenger;
using Gavel.Ethereum;

namespace Gavel.Agent.Hosting;

/// <summary>Finds everything that is wrong with a configuration at once, each with its place and how to mend it.</summary>
internal static class ConfigurationCheck
{
    /// <summary>The problems; none for a usable configuration.</summary>
    public static IReadOnlyList<string> Problems(AgentOptions options)
    {
        List<string> problems = [];
        IList<ChainOptions> chains = options.Challenger.Chains;
        for (int i = 0; i < chains.Count; i++)
        {
            CheckChain(chains[i], $"Challenger:Chains:{i}", problems);
        }

        foreach (IGrouping<string, ChainOptions> same in chains.GroupBy(chain => chain.Name).Where(group => group.Count() > 1))
        {
            problems.Add($"Challenger:Chains: {same.Count()} chains are called \"{same.Key}\"; give each a name of its own");
        }

        if (options.Host.Listen.Length > 0 && !(Uri.TryCreate(options.Host.Listen, UriKind.Absolute, out Uri? listen) && listen.Scheme is "http" or "https"))
        {
            problems.Add($"Host:Listen: \"{options.Host.Listen}\" is no http address such as http://127.0.0.1:7300");
        }

        return problems;
    }

    private static void CheckChain(ChainOptions chain, string place, List<string> problems)
    {
        if (chain.Name.Length == 0 || chain.Name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
        {
            problems.Add($"{place}:Name: \"{chain.Name}\" cannot name a chain; use letters, digits and hyphens");
        }

        if (string.IsNullOrEmpty(chain.SystemConfig) == string.IsNullOrEmpty(chain.Factory))
        {
            problems.Add($"{place}: set exactly one of SystemConfig and Factory");
        }

        Try(() => _ = chain.SystemConfig is { Length: > 0 } a ? Address.Parse(a) : default, $"{place}:SystemConfig", problems);
        Try(() => _ = chain.Factory is { Length: > 0 } a ? Address.Parse(a) : default, $"{place}:Factory", problems);
        CheckEndpoints(chain.L1, $"{place}:L1", problems);
        CheckEndpoints(chain.RollupNodes, $"{place}:RollupNodes", problems);
        CheckEndpoints(chain.L2ExecutionNodes, $"{place}:L2ExecutionNodes", problems);
        if (chain.PollSeconds is not (>= 0.05 and <= 3600))
        {
            problems.Add($"{place}:PollSeconds: {chain.PollSeconds} is not between 0.05 and 3600");
        }

        for (int i = 0; i < chain.CreditAccounts.Count; i++)
        {
            string account = chain.CreditAccounts[i];
            Try(() => Address.Parse(account), $"{place}:CreditAccounts:{i}", problems);
        }

        problems.AddRange(chain.Sending.Problems($"{place}:Sending"));
        if (chain.Sending.Confirmations < 1)
        {
            problems.Add($"{place}:Sending:Confirmations: 0 confirms nothing; use 1 or more");
        }

        CheckAccount(chain.Account, $"{place}:Account", problems);
        CheckRemoteSigner(chain.Account.RemoteSigner, $"{place}:Account:RemoteSigner", problems);
        CheckCannon(chain.Cannon, $"{place}:Cannon", problems);
    }

    private static void CheckAccount(AccountOptions account, string place, List<string> problems)
    {
        (string Name, string? Value)[] sources =
        [
            ("KeyVariable", account.KeyVariable), ("KeyFile", account.KeyFile), ("MnemonicFile", account.MnemonicFile), ("KeystoreFile", account.KeystoreFile),
            ("RemoteSigner:Url", account.RemoteSigner.Url),
        ];
        (string Name, string? Value)[] set = [.. sources.Where(source => !string.IsNullOrEmpty(source.Value))];
        if (set.Length != 1)
        {
            problems.Add($"{place}: set exactly one of {string.Join(", ", sources.Select(source => source.Name))} (set: {(set.Length == 0 ? "none" : string.Join(", ", set.Select(source => source.Name)))})");
        }

        foreach ((string name, string? value) in set.Where(source => source.Name is not ("KeyVariable" or "RemoteSigner:Url")).Append(("KeystorePasswordFile", account.KeystorePasswordFile)))
        {
            CheckFile(value, $"{place}:{name}", problems);
        }

        if (account.KeyVariable is { Length: > 0 } variable && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            problems.Add($"{place}:KeyVariable: the environment variable {variable} is not set");
        }

        if (!string.IsNullOrEmpty(account.KeystoreFile) && string.IsNullOrEmpty(account.KeystorePasswordFile))
        {
            problems.Add($"{place}:KeystorePasswordFile: a keystore needs the file that holds its password");
        }
    }

    private static void CheckRemoteSigner(RemoteSignerSettings signer, string place, List<string> problems)
    {
        if (string.IsNullOrEmpty(signer.Url))
        {
            return;
        }

        Try(() => EndpointUrl.Parse(signer.Url), $"{place}:Url", problems);
        Try(() => Address.Parse(signer.Address ?? ""), $"{place}:Address", problems);
        CheckFile(signer.AuthorityFile, $"{place}:AuthorityFile", problems);
        CheckFile(signer.CertificateFile, $"{place}:CertificateFile", problems);
        CheckFile(signer.CertificateKeyFile, $"{place}:CertificateKeyFile", problems);
        if (string.IsNullOrEmpty(signer.CertificateFile) != string.IsNullOrEmpty(signer.CertificateKeyFile))
        {
            problems.Add($"{place}: set CertificateFile and CertificateKeyFile together or neither");
        }

        if (signer.TimeoutSeconds is not (>= 0.1 and <= 600))
        {
            problems.Add($"{place}:TimeoutSeconds: {signer.TimeoutSeconds} is not between 0.1 and 600");
        }
    }

    private static void CheckFile(string? path, string place, List<string> problems)
    {
        if (!string.IsNullOrEmpty(path) && !File.Exists(path))
        {
            problems.Add($"{place}: there is no file {path}");
        }
    }

    private static void CheckCannon(CannonOptions cannon, string place, List<string> problems)
    {
        for (int i = 0; i < cannon.Prestates.Count; i++)
        {
            string source = cannon.Prestates[i];
            if (!source.StartsWith("http", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(source))
            {
                problems.Add($"{place}:Prestates:{i}: there is no folder {source}");
            }
        }

        if (cannon.Server.Count > 0)
        {
            Try(() => _ = new ServerTemplate([.. cannon.Server]), $"{place}:Server", problems);
        }

        if (cannon.MaxRuns is not (>= 1 and <= 64))
        {
            problems.Add($"{place}:MaxRuns: {cannon.MaxRuns} is not between 1 and 64");
        }

        if (cannon.MaxMemoryMiB < 64)
        {
            problems.Add($"{place}:MaxMemoryMiB: {cannon.MaxMemoryMiB} is too little for any program; use 64 or more");
        }
    }

    private static void CheckEndpoints(IList<string> urls, string place, List<string> problems)
    {
        if (urls.Count == 0)
        {
            problems.Add($"{place}: name at least one endpoint");
        }

        for (int i = 0; i < urls.Count; i++)
        {
            string url = urls[i];
            Try(() => EndpointUrl.Parse(url), $"{place}:{i}", problems);
        }
    }

    private static void Try(Action read, string place, List<string> problems)
    {
        try
        {
            read();
        }
        catch (FormatException error)
        {
            problems.Add($"{place}: {error.Message}");
        }
    }
}
