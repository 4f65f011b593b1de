using Gavel.Ethereum;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Devnet;

/// <summary>The interface of <c>devnet/contracts/BatchInbox.sol</c>.</summary>
public static class InboxAbi
{
    /// <summary>A published block.</summary>
    public static ContractEvent<BatchEvent> Batch { get; } = new();

    /// <summary>Anybody else than the batcher tried.</summary>
    public static ContractError NotBatcher { get; } = ContractError.Of<NotBatcherError>();

    /// <summary>Call data that publish a block.</summary>
    public static byte[] PostData(ReadOnlyMemory<byte> header, Hash32 messagePasserStorageRoot) =>
        StrictAbi.Encode(new PostFunction { Header = header.ToArray(), MessagePasserStorageRoot = messagePasserStorageRoot.ToAbi() });
}

/// <summary>Publishes a block.</summary>
[Function("post")]
public sealed class PostFunction : FunctionMessage
{
    /// <summary>RLP of the header.</summary>
    [Parameter("bytes", "header", 1)]
    public byte[] Header { get; set; } = [];

    /// <summary>Storage root of the message passer.</summary>
    [Parameter("bytes32", "messagePasserStorageRoot", 2)]
    public byte[] MessagePasserStorageRoot { get; set; } = [];
}

/// <summary>A block was published.</summary>
[Event("Batch")]
public sealed class BatchEvent : IEventDTO
{
    /// <summary>RLP of the header.</summary>
    [Parameter("bytes", "header", 1)]
    public byte[] Header { get; set; } = [];

    /// <summary>Storage root of the message passer.</summary>
    [Parameter("bytes32", "messagePasserStorageRoot", 2)]
    public byte[] MessagePasserStorageRoot { get; set; } = [];
}

/// <summary>Not the batcher.</summary>
[Error("NotBatcher")]
public sealed class NotBatcherError : IErrorDTO;
