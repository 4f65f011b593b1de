using Gavel.Chains;
using Gavel.Ethereum;
using Microsoft.Extensions.Options;

namespace Gavel.Agent.Configuring;

/// <summary>A key in AWS KMS, where there is one.</summary>
internal sealed class KmsValidator : IValidateOptions<KmsSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KmsSettings options)
    {
        Problems problems = new(name);
        if (string.IsNullOrEmpty(options.KeyId))
        {
            return problems.Result;
        }

        if (string.IsNullOrEmpty(options.Address))
        {
            problems.Add(nameof(options.Address), "name the account whose key it is");
        }

        problems.AddIfUnreadable(nameof(options.Address), options.Address, text => Address.Parse(text));
        if (!string.IsNullOrEmpty(options.Endpoint))
        {
            try
            {
                _ = KmsOptions.ReadEndpoint(options.Endpoint);
            }
            catch (FormatException error)
            {
                problems.Add(nameof(options.Endpoint), error.Message); // which never repeats it
            }

            if (string.IsNullOrEmpty(options.Region))
            {
                problems.Add(nameof(options.Region), "requests to an Endpoint are signed for a region; name it");
            }
        }

        return problems.Result;
    }
}
