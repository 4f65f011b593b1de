using System.CommandLine;

namespace Gavel.Agent.Operating;

/// <summary>The option by which reading commands are told whose money to look at.</summary>
internal static class AccountInputs
{
    /// <summary>The option <c>--account</c>, which may be given several times.</summary>
    public static Option<Address[]> Option() => new("--account")
    {
        Description = "whose bonds and credit to show; may be given several times; default: the configured accounts",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            try
            {
                return [.. result.Tokens.Select(token => Address.Parse(token.Value))];
            }
            catch (FormatException error)
            {
                result.AddError($"--account: {error.Message}");
                return [];
            }
        },
    };
}
