using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>
/// Whether a chain's <c>SystemConfig</c> names a factory, by L1's endpoints each asked by itself: the games of a factory that one of them alone tells of
/// may be anybody's, and bonds would be put in them.
/// </summary>
/// <param name="endpoints">L1's endpoints.</param>
/// <param name="clock">The host's clock.</param>
internal sealed class FactoryVoices(FailoverRpc endpoints, TimeProvider clock)
{
    private readonly L1Voices _voices = new(endpoints, clock);

    /// <summary>Asks them.</summary>
    /// <exception cref="ContractReadException">Too few tell it, or one tells another.</exception>
    public async Task RequireAsync(Address systemConfig, Address factory, BlockRef at, CancellationToken cancellationToken)
    {
        Address?[] told = await Task.WhenAll(_voices.Nodes.Select(node => _voices.InTimeAsync<Address?>(async stop => await ChainContracts.FactoryOfAsync(node, systemConfig, at, stop), cancellationToken)));
        int agree = told.Count(one => one == factory);
        Address? other = told.FirstOrDefault(one => one is not null && one != factory);
        if (agree < _voices.Needed || other is not null)
        {
            throw new ContractReadException(
                systemConfig,
                "disputeGameFactory()",
                at,
                other is not null ? $"L1 endpoints contradict each other: {factory} and {other}" : $"{agree} of {_voices.Count} L1 endpoints tells {factory}, where {_voices.Needed} must");
        }
    }
}
