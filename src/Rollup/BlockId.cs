using Gavel.Ethereum;

namespace Gavel.Rollup;

/// <summary>A block by hash and number.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Number">Its number.</param>
public readonly record struct BlockId(Hash32 Hash, ulong Number)
{
    internal static BlockId Read(RpcValue json) => new(json["hash"].Hash(), json["number"].Number());

    /// <summary>Number and hash.</summary>
    public override string ToString() => $"{Number} ({Hash})";
}
