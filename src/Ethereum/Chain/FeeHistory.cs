namespace Gavel.Ethereum;

/// <summary>
/// The answer of <c>eth_feeHistory</c>; all amounts in wei per gas. Read here, since Nethereum's DTO drops the blob base fees and fails on a ratio
/// that is no decimal number.
/// </summary>
public sealed record FeeHistory
{
    /// <summary>Number of the first block.</summary>
    public required ulong OldestBlock { get; init; }

    /// <summary>Base fee of each block, and of the one after the newest.</summary>
    public required IReadOnlyList<UInt256> BaseFees { get; init; }

    /// <summary>Base fee of blob gas, likewise; empty where the node gives none.</summary>
    public required IReadOnlyList<UInt256> BlobBaseFees { get; init; }

    /// <summary>For each block the tips at the percentiles asked for; empty if none were.</summary>
    public required IReadOnlyList<IReadOnlyList<UInt256>> Tips { get; init; }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="RpcException">A field is missing or malformed.</exception>
    public static FeeHistory Read(RpcValue history) => new()
    {
        OldestBlock = history["oldestBlock"].UInt64(),
        BaseFees = List(history["baseFeePerGas"]),
        BlobBaseFees = List(history["baseFeePerBlobGas"]),
        Tips = history["reward"] is { IsNull: false } rewards ? Array.ConvertAll(rewards.Items(), List) : [],
    };

    private static UInt256[] List(RpcValue list) => list.IsNull ? [] : Array.ConvertAll(list.Items(), i => i.UInt256());
}
