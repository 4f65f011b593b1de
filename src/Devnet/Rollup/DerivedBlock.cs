using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>Height and hash of a block.</summary>
public readonly record struct BlockId(ulong Number, Hash32 Hash);

/// <summary>An L2 block as its batch on L1 tells it.</summary>
public sealed record DerivedBlock
{
    /// <summary>Height.</summary>
    public required ulong Number { get; init; }

    /// <summary>Hash of the header.</summary>
    public required Hash32 Hash { get; init; }

    /// <summary>Hash of the block before.</summary>
    public required Hash32 ParentHash { get; init; }

    /// <summary>Unix seconds.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Root of the state after the block.</summary>
    public required Hash32 StateRoot { get; init; }

    /// <summary>Storage root of the message passer after the block.</summary>
    public required Hash32 MessagePasserStorageRoot { get; init; }

    /// <summary>The L1 block that holds the batch.</summary>
    public required BlockId L1Inclusion { get; init; }

    /// <summary>Gas limit of the block.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>The output root.</summary>
    public Hash32 OutputRoot => Gavel.Rollup.OutputRoot.Compute(StateRoot, MessagePasserStorageRoot, Hash);
}
