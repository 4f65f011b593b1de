using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>The L1 contracts of one chain, found from a single address.</summary>
/// <param name="Factory">The <c>DisputeGameFactory</c>.</param>
/// <param name="SystemConfig">The <c>SystemConfig</c>; null when an explicit factory was given.</param>
/// <param name="Portal">The <c>OptimismPortal</c>; null when an explicit factory was given.</param>
public sealed record ChainContracts(Address Factory, Address? SystemConfig, Address? Portal)
{
    /// <summary>All factories whose games are the chain's: the live one first, then those that only drain.</summary>
    public IReadOnlyList<Address> Factories => [Factory, .. Draining];

    /// <summary>Factories that the chain had before, whose games and credits are not over.</summary>
    public IReadOnlyList<Address> Draining { get; private init; } = [];

    /// <summary>The same with factories that only drain; the live one is none of them.</summary>
    public ChainContracts With(IEnumerable<Address> draining) => this with { Draining = [.. draining.Distinct().Where(factory => factory != Factory)] };

    /// <summary>The factory that a <c>SystemConfig</c> names.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    /// <exception cref="ContractReadException">There is no such contract.</exception>
    public static async Task<Address> FactoryOfAsync(ChainReader l1, Address systemConfig, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(l1, at);
        Read<Address> factory = batch.Address<DisputeGameFactoryFunction>(systemConfig);
        await batch.RunAsync(cancellationToken);
        return factory.Value;
    }

    /// <summary>Finds the contracts of a chain from its <c>SystemConfig</c>.</summary>
    /// <exception cref="ContractReadException">There is no SystemConfig at the address, or it names no factory.</exception>
    public static async Task<ChainContracts> FromSystemConfigAsync(
        ChainReader client, Address systemConfig, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(client, at);
        Read<Address> factory = batch.Address<DisputeGameFactoryFunction>(systemConfig);
        Read<Address> portal = batch.Address<OptimismPortalFunction>(systemConfig);
        await batch.RunAsync(cancellationToken);
        return factory.Value.IsZero
            ? throw new ContractReadException(systemConfig, factory.Function, at, "the chain has no dispute games: it names the zero address")
            : new ChainContracts(factory.Value, systemConfig, portal.Value);
    }

    /// <summary>Takes an explicit factory.</summary>
    public static ChainContracts FromFactory(Address factory) => new(factory, null, null);
}
