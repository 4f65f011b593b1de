using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>The interface of <c>devnet/contracts/BatchInbox.sol</c>.</summary>
public static class InboxAbi
{
    /// <summary>Publishes a block.</summary>
    public static readonly AbiFunction Post = new("post(bytes header, bytes32 messagePasserStorageRoot)");

    /// <summary>The account that may.</summary>
    public static readonly AbiFunction Batcher = new("batcher()");

    /// <summary>A published block.</summary>
    public static readonly AbiEvent Batch = new("Batch(bytes header, bytes32 messagePasserStorageRoot)");

    /// <summary>Anybody else tried.</summary>
    public static readonly AbiError NotBatcher = new("NotBatcher()");

    /// <summary>Call data of <see cref="Post"/>.</summary>
    public static byte[] PostData(ReadOnlyMemory<byte> header, Hash32 messagePasserStorageRoot) =>
        Post.Encode(a => a.Bytes(header.Span).Bytes32(messagePasserStorageRoot));
}
