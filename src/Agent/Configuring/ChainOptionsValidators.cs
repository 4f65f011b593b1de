using System.Globalization;
using System.Text.RegularExpressions;
using Gavel.Chains;
using Gavel.Challenger;
using Gavel.Ethereum;
using Gavel.Traces;
using Microsoft.Extensions.Options;

namespace Gavel.Agent.Configuring;

/// <summary>The challenger's options as a whole.</summary>
internal sealed class ChallengerOptionsValidator : IValidateOptions<ChallengerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ChallengerOptions options)
    {
        Problems problems = new(name);
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            problems.Add(nameof(options.DataDirectory), "name a folder, such as \"data\" or \"/var/lib/gavel\"");
        }

        string[] names = [.. options.Chains.Select(chain => chain.Name)];
        foreach (string twin in names.Where(one => one.Length > 0).GroupBy(one => one, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            problems.Add(nameof(options.Chains), $"{names.Count(one => one.Equals(twin, StringComparison.OrdinalIgnoreCase))} chains are called \"{twin}\"; give each a name of its own");
        }

        return problems.Result;
    }
}

/// <summary>One chain's own options; its sections have validators of their own.</summary>
internal sealed partial class ChainOptionsValidator : IValidateOptions<ChainOptions>
{
    // Folders of the data directory that are not a chain's.
    private static readonly string[] _taken = ["outbox", "prestates"];

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ChainOptions options)
    {
        Problems problems = new(name);
        if (!ChainName().IsMatch(options.Name))
        {
            problems.Add(nameof(options.Name), options.Name.Length == 0
                ? "give the chain a name of letters, digits and hyphens; it becomes a folder"
                : $"{Redaction.Show(options.Name)} cannot name a chain; use letters, digits and hyphens, since it becomes a folder");
        }
        else if (_taken.Contains(options.Name, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(nameof(options.Name), $"\"{options.Name}\" is a folder of the agent's own; choose another name");
        }

        if (new[] { options.Network, options.SystemConfig, options.Factory }.Count(one => !string.IsNullOrEmpty(one)) != 1)
        {
            problems.Add("", "set exactly one of Network, SystemConfig and Factory");
        }
        else if (options.Network is { Length: > 0 } network && options.FindNetwork() is null)
        {
            string[] known = [.. KnownNetwork.All.Select(one => one.Network)];
            problems.Add(nameof(options.Network), $"{Redaction.Show(network)} is no network of the registry of {KnownNetwork.Date}{(Suggestion.Nearest(network, known) is { } near ? $"; did you mean \"{near}\"?" : "; give its SystemConfig instead")}");
        }

        problems.AddIfUnreadable(nameof(options.SystemConfig), options.SystemConfig, text => Address.Parse(text));
        problems.AddIfUnreadable(nameof(options.Factory), options.Factory, text => Address.Parse(text));
        problems.AddOfEndpoints(nameof(options.L1), options.L1);
        problems.AddOfEndpoints(nameof(options.RollupNodes), [.. options.RollupNodes.Select(node => node.Url)]);
        problems.AddOfEndpoints(nameof(options.L2ExecutionNodes), [.. options.L2ExecutionNodes.Select(node => node.Url)]);
        int groups = options.RollupNodes.Select(node => node.GroupOrDefault()).Distinct(StringComparer.Ordinal).Count();
        if (options.Trust.MinAgreeing > Math.Max(groups, 1))
        {
            problems.Add(
                $"{nameof(options.Trust)}:{nameof(options.Trust.MinAgreeing)}",
                $"{options.Trust.MinAgreeing} groups cannot agree where RollupNodes has {groups}; nodes of one Group are one voice");
        }
        if (options.PollSeconds >= options.Rpc.HeadMaxAgeSeconds)
        {
            problems.Add(nameof(options.PollSeconds), string.Create(
                CultureInfo.InvariantCulture,
                $"{options.PollSeconds} must be less than Rpc:HeadMaxAgeSeconds ({options.Rpc.HeadMaxAgeSeconds}), or every head has grown old before it is looked at again; poll more often or raise Rpc:HeadMaxAgeSeconds"));
        }

        for (int i = 0; i < options.DrainingFactories.Count; i++)
        {
            problems.AddIfUnreadable($"{nameof(options.DrainingFactories)}:{i}", options.DrainingFactories[i] is { Length: 0 } ? " " : options.DrainingFactories[i], text => Address.Parse(text));
            if (options.Factory is { Length: > 0 } live && live.Equals(options.DrainingFactories[i], StringComparison.OrdinalIgnoreCase))
            {
                problems.Add($"{nameof(options.DrainingFactories)}:{i}", $"{Redaction.Show(live)} is the live Factory; leave it out");
            }
        }

        problems.AddOfTwins(nameof(options.DrainingFactories), [.. options.DrainingFactories.Select(factory => factory.ToUpperInvariant())], factory => Redaction.Show(factory));
        problems.AddOfTwins(nameof(options.GameTypes), options.GameTypes, type => $"{type}");
        for (int i = 0; i < options.CreditAccounts.Count; i++)
        {
            problems.AddIfUnreadable($"{nameof(options.CreditAccounts)}:{i}", options.CreditAccounts[i] is { Length: 0 } ? " " : options.CreditAccounts[i], text => Address.Parse(text));
        }

        problems.AddOfTwins(nameof(options.CreditAccounts), [.. options.CreditAccounts.Select(account => account.ToUpperInvariant())], account => Redaction.Show(account));
        return problems.Result;
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,64}$")]
    private static partial Regex ChainName();
}

/// <summary>Where the key is.</summary>
internal sealed class AccountOptionsValidator : IValidateOptions<AccountOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AccountOptions options)
    {
        Problems problems = new(name);
        (string Name, string? Value)[] sources =
        [
            (nameof(options.KeyVariable), options.KeyVariable), (nameof(options.KeyFile), options.KeyFile), (nameof(options.MnemonicFile), options.MnemonicFile),
            (nameof(options.KeystoreFile), options.KeystoreFile), ($"{nameof(options.RemoteSigner)}:{nameof(options.RemoteSigner.Url)}", options.RemoteSigner.Url),
            ($"{nameof(options.Kms)}:{nameof(options.Kms.KeyId)}", options.Kms.KeyId),
        ];
        string[] set = [.. sources.Where(source => !string.IsNullOrEmpty(source.Value)).Select(source => source.Name)];
        if (set.Length != 1)
        {
            problems.Add("", $"set exactly one of {string.Join(", ", sources.Select(source => source.Name))} (set: {(set.Length == 0 ? "none" : string.Join(", ", set))})");
        }

        problems.AddOfFile(nameof(options.KeyFile), options.KeyFile);
        problems.AddOfFile(nameof(options.MnemonicFile), options.MnemonicFile);
        problems.AddOfFile(nameof(options.KeystoreFile), options.KeystoreFile);
        problems.AddOfFile(nameof(options.KeystorePasswordFile), options.KeystorePasswordFile);
        if (options.KeyVariable is { Length: > 0 } variable && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            problems.Add(nameof(options.KeyVariable), Redaction.LooksSecret(variable)
                ? $"{Redaction.Show(variable)}: the option is the name of the environment variable that holds it"
                : $"the environment variable {variable} is not set");
        }

        if (!string.IsNullOrEmpty(options.KeystoreFile) && string.IsNullOrEmpty(options.KeystorePasswordFile))
        {
            problems.Add(nameof(options.KeystorePasswordFile), "a keystore needs the file that holds its password");
        }

        return problems.Result;
    }
}

/// <summary>A remote signer, where there is one.</summary>
internal sealed class RemoteSignerValidator : IValidateOptions<RemoteSignerSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RemoteSignerSettings options)
    {
        Problems problems = new(name);
        if (string.IsNullOrEmpty(options.Url))
        {
            return problems.Result;
        }

        problems.AddIfUnreadable(nameof(options.Url), options.Url, text => EndpointUrl.Parse(text));
        if (string.IsNullOrEmpty(options.Address))
        {
            problems.Add(nameof(options.Address), "name the account that the service signs for");
        }

        problems.AddIfUnreadable(nameof(options.Address), options.Address, text => Address.Parse(text));
        problems.AddOfFile(nameof(options.AuthorityFile), options.AuthorityFile);
        problems.AddOfFile(nameof(options.CertificateFile), options.CertificateFile);
        problems.AddOfFile(nameof(options.CertificateKeyFile), options.CertificateKeyFile);
        if (string.IsNullOrEmpty(options.CertificateFile) != string.IsNullOrEmpty(options.CertificateKeyFile))
        {
            problems.Add("", "set CertificateFile and CertificateKeyFile together or neither");
        }

        return problems.Result;
    }
}

/// <summary>How transactions are sent.</summary>
internal sealed class SendingOptionsValidator : IValidateOptions<SendingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SendingOptions options)
    {
        Problems problems = new(name);
        if (!IsAmount(options.MaxWeiPerDay))
        {
            problems.Add(nameof(options.MaxWeiPerDay), $"{Redaction.Show(options.MaxWeiPerDay)} is no amount of wei; write a whole number as text, \"0\" for no limit");
        }

        if (options.ReservedForMoves >= options.MaxInFlight)
        {
            problems.Add(
                nameof(options.ReservedForMoves), $"{options.ReservedForMoves} of {options.MaxInFlight} places leave none for anything else; use less than MaxInFlight");
        }

        AddIfBelow(problems, nameof(options.UrgentMaxFeeGwei), options.UrgentMaxFeeGwei, nameof(options.MaxFeeGwei), options.MaxFeeGwei);
        AddIfBelow(problems, nameof(options.UrgentMaxTipGwei), options.UrgentMaxTipGwei, nameof(options.MaxTipGwei), options.MaxTipGwei);
        problems.AddOfAddresses(nameof(options.Endpoints), options.Endpoints);
        problems.AddOfAddresses(nameof(options.PrivateEndpoints), options.PrivateEndpoints);
        return problems.Result;
    }

    // 0 is no limit.
    private static void AddIfBelow(Problems problems, string urgentName, ulong urgent, string usualName, ulong usual)
    {
        if (urgent != 0 && (usual == 0 || urgent < usual))
        {
            problems.Add(urgentName, $"{urgent} is less than {usualName} ({usual}{(usual == 0 ? ": no limit" : "")}); what is urgent may cost no less than what is not");
        }
    }

    // Decimal only: what is pasted in hex is no amount but a hash or a key.
    private static bool IsAmount(string text)
    {
        if (!text.All(char.IsAsciiDigit))
        {
            return false;
        }

        try
        {
            _ = UInt256.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>How execution traces are made.</summary>
internal sealed class CannonOptionsValidator : IValidateOptions<CannonOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CannonOptions options)
    {
        Problems problems = new(name);
        for (int i = 0; i < options.Prestates.Count; i++)
        {
            if (PrestateSource.Problem(options.Prestates[i]) is { } problem)
            {
                problems.Add($"{nameof(options.Prestates)}:{i}", $"{Redaction.Show(options.Prestates[i])}: {problem}");
            }
        }

        problems.AddOfTwins(nameof(options.Prestates), options.Prestates, source => Redaction.Show(source));
        problems.AddOfTwins(nameof(options.AlphabetGameTypes), options.AlphabetGameTypes, type => $"{type}");
        if (options.L1Beacon is { Length: > 0 } beacon)
        {
            problems.AddIfUnreadable(nameof(options.L1Beacon), beacon, text => EndpointUrl.Parse(text));
        }

        if (options.Server.Count > 0)
        {
            CheckServer(options.Server, problems);
        }

        return problems.Result;
    }

    private static void CheckServer(IList<string> words, Problems problems)
    {
        try
        {
            _ = new ServerTemplate([.. words]);
        }
        catch (FormatException error)
        {
            problems.Add("Server", error.Message);
            return;
        }

        string program = words[0];
        bool isThere = program.Contains('{', StringComparison.Ordinal)
            || (program.Contains('/', StringComparison.Ordinal) ? File.Exists(program) : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))));
        if (!isThere)
        {
            problems.Add("Server:0", program.Contains(' ', StringComparison.Ordinal)
                ? $"there is no program {Redaction.Show(program)}; each word of the command line is an entry of its own"
                : $"there is no program {Redaction.Show(program)}{(program.Contains('/', StringComparison.Ordinal) ? "" : " on the PATH")}");
        }
    }
}
