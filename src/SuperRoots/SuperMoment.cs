namespace Gavel.SuperRoots;

/// <summary>
/// What the L1 data up to a game's L1 head make of one second. That something is absent here says that it is known not to be derivable; what is not known makes no moment.
/// </summary>
public sealed class SuperMoment
{
    /// <summary>A second of a dependency set.</summary>
    /// <param name="timestamp">Seconds since the epoch.</param>
    /// <param name="root">The super root with all validation applied; null where it is not derivable.</param>
    /// <param name="blocks">By chain, in ascending order of ids: the newest block at or before the second, before validation; null where it is not derivable.</param>
    /// <exception cref="ArgumentException">The super root is of another second or of another number of chains.</exception>
    public SuperMoment(ulong timestamp, SuperRoot? root, IReadOnlyList<OptimisticBlock?> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (root is not null && (root.Timestamp != timestamp || root.Chains.Count != blocks.Count))
        {
            throw new ArgumentException($"super root {root} is not of {timestamp} and {blocks.Count} chains", nameof(root));
        }

        (Timestamp, Root, Blocks) = (timestamp, root, blocks);
    }

    /// <summary>Seconds since the epoch.</summary>
    public ulong Timestamp { get; }

    /// <summary>The super root; null where it is not derivable.</summary>
    public SuperRoot? Root { get; }

    /// <summary>By chain the newest block, before validation; null where it is not derivable.</summary>
    public IReadOnlyList<OptimisticBlock?> Blocks { get; }
}
