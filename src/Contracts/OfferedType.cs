using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>A game type that a factory can create games of now, with the bisection of a VM.</summary>
/// <param name="GameType">The type.</param>
/// <param name="Implementation">Its implementation.</param>
/// <param name="AbsolutePrestate">The VM's first state of games created now: from the factory's arguments, else the implementation's own.</param>
/// <param name="MaxDepth">Depth at which claims are stepped on.</param>
/// <param name="IsKnown">Whether Gavel knows the rules of its games.</param>
public sealed record OfferedType(uint GameType, Address Implementation, Hash32 AbsolutePrestate, int MaxDepth, bool IsKnown)
{
    /// <summary>The types that OP Stack chains are known to use; a factory does not list its own.</summary>
    public static IReadOnlyList<uint> Known { get; } = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 254, 255, 1337];

    /// <summary>Asks a factory for its types. A type that it does not offer, or that plays without bisection, is left out.</summary>
    /// <param name="l1">The L1 node.</param>
    /// <param name="factory">The factory.</param>
    /// <param name="types">The types to ask for.</param>
    /// <param name="at">The block.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="ContractReadException">The factory did not answer as one.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public static async Task<IReadOnlyList<OfferedType>> ReadAsync(
        ChainReader l1, Address factory, IEnumerable<uint> types, BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(l1, at);
        var asked = types.Distinct().Select(type => (
            Type: type,
            Implementation: DisputeGameFactory.Implementation(batch, factory, type),
            Arguments: batch.Bytes(factory, optional: true, new GameArgsFunction { GameType = type }))).ToArray();
        await batch.RunAsync(cancellationToken);
        var offered = asked.Where(read => !read.Implementation.Value.IsZero).Select(read => (
            read.Type,
            Implementation: read.Implementation.Value,
            Arguments: read.Arguments.ValueOr(default),
            Version: batch.Text<VersionFunction>(read.Implementation.Value, optional: true),
            Split: batch.Count<SplitDepthFunction>(read.Implementation.Value, optional: true), // what plays without bisection has none
            Depth: batch.Count<MaxGameDepthFunction>(read.Implementation.Value, optional: true),
            Own: batch.Word<AbsolutePrestateFunction>(read.Implementation.Value, optional: true))).ToArray();
        await batch.RunAsync(cancellationToken);
        return
        [
            .. offered.Where(read => read.Split.HasValue && read.Depth.ValueOr(0) is > 0 and <= Position.MaxDepth && (read.Arguments.Length >= Hash32.Size || read.Own.HasValue))
                .Select(read => new OfferedType(
                    read.Type,
                    read.Implementation,
                    read.Arguments.Length >= Hash32.Size ? new Hash32(read.Arguments.Span[..Hash32.Size]) : read.Own.Value,
                    (int)read.Depth.Value,
                    RuleSet.MayBePlayed(read.Version.ValueOr("")))),
        ];
    }
}
