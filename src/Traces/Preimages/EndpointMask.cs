using Gavel.Ethereum;

namespace Gavel.Traces;

/// <summary>
/// Takes the credentials of endpoints out of text that others have written: a preimage server is given the whole addresses and may print
/// them.
/// </summary>
/// <param name="endpoints">Addresses, alone or with commas.</param>
internal sealed class EndpointMask(IEnumerable<string> endpoints)
{
    private readonly (string Secret, string Shown)[] _addresses =
    [
        .. endpoints.SelectMany(value => value.Split(','))
            .Where(value => value.Contains("://", StringComparison.Ordinal))
            .Distinct()
            .Select(value => (value, EndpointUrl.Parse(value).ToString()))
            .OrderByDescending(address => address.value.Length),
    ];

    /// <summary>The text with each endpoint as it may be shown.</summary>
    public string Mask(string text) => _addresses.Aggregate(text, (masked, address) => masked.Replace(address.Secret, address.Shown, StringComparison.Ordinal));
}
