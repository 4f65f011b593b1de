using Gavel.Challenger;
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
            if (!(Uri.TryCreate(options.Endpoint, UriKind.Absolute, out Uri? endpoint) && endpoint.UserInfo.Length == 0
                && (endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback))))
            {
                problems.Add(nameof(options.Endpoint), "use an https address without credentials in it (http is taken only on this machine)");
            }

            if (string.IsNullOrEmpty(options.Region))
            {
                problems.Add(nameof(options.Region), "requests to an Endpoint are signed for a region; name it");
            }
        }

        return problems.Result;
    }
}
