using System.Text.Json.Nodes;
using Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>
/// The block at which state is read: a tag, a number, or a hash (EIP-1898). Only a hash gives one view over several reads; the default
/// value is <see cref="Latest"/>.
/// </summary>
public readonly struct BlockRef : IEquatable<BlockRef>
{
    private readonly Form _form;
    private readonly ulong _number;
    private readonly Hash32 _hash;
    private readonly bool _anyFork;

    private BlockRef(Form form, ulong number = 0, Hash32 hash = default, bool anyFork = false)
    {
        _form = form;
        _number = number;
        _hash = hash;
        _anyFork = anyFork;
    }

    private enum Form
    {
        Latest,
        Pending,
        Safe,
        Finalized,
        Earliest,
        Number,
        Hash,
    }

    /// <summary>The head.</summary>
    public static BlockRef Latest => default;

    /// <summary>The head and what waits to be mined: for nonces only.</summary>
    public static BlockRef Pending => new(Form.Pending);

    /// <summary>The newest block that is unlikely to be reorganised away.</summary>
    public static BlockRef Safe => new(Form.Safe);

    /// <summary>The newest finalised block.</summary>
    public static BlockRef Finalized => new(Form.Finalized);

    /// <summary>The first block.</summary>
    public static BlockRef Earliest => new(Form.Earliest);

    /// <summary>The block of this number on the node's current chain.</summary>
    public static BlockRef At(ulong number) => new(Form.Number, number);

    /// <summary>The block of this hash.</summary>
    /// <param name="hash">The block's hash.</param>
    /// <param name="requireCanonical">Whether the node must refuse when the block is not (or no longer) on its canonical chain.</param>
    public static BlockRef At(Hash32 hash, bool requireCanonical = true) => new(Form.Hash, hash: hash, anyFork: !requireCanonical);

    /// <summary>The hash, if this is a reference by hash.</summary>
    public Hash32? Hash => _form == Form.Hash ? _hash : null;

    /// <summary>The number, if this is a reference by number.</summary>
    public ulong? Number => _form == Form.Number ? _number : null;

    /// <summary>Widening from a number.</summary>
    public static implicit operator BlockRef(ulong number) => At(number);

    /// <summary>The block parameter of state reads: <c>"latest"</c>, <c>"0x1b4"</c> or <c>{"blockHash": …, "requireCanonical": …}</c>.</summary>
    public JsonNode ToJson() => NodeJson.Write(ToParameter())!;

    /// <summary>The block parameter that Nethereum's services take.</summary>
    public BlockParameter ToParameter()
    {
        if (_form == Form.Hash)
        {
            return new BlockHashParameter(_hash, !_anyFork);
        }

        if (_form == Form.Number)
        {
            return new BlockParameter(_number);
        }

        BlockParameter tag = new();
        tag.SetValue(_form switch
        {
            Form.Latest => BlockParameter.BlockParameterType.latest,
            Form.Pending => BlockParameter.BlockParameterType.pending,
            Form.Safe => BlockParameter.BlockParameterType.safe,
            Form.Finalized => BlockParameter.BlockParameterType.finalized,
            _ => BlockParameter.BlockParameterType.earliest,
        });
        return tag;
    }

    /// <inheritdoc/>
    public bool Equals(BlockRef other) =>
        _form == other._form && _number == other._number && _hash == other._hash && _anyFork == other._anyFork;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlockRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_form, _number, _hash, _anyFork);

    /// <summary>The tag, the number as a quantity, or the hash.</summary>
    public override string ToString() => _form switch
    {
        Form.Latest => "latest",
        Form.Pending => "pending",
        Form.Safe => "safe",
        Form.Finalized => "finalized",
        Form.Earliest => "earliest",
        Form.Number => Hex.Quantity(_number),
        _ => _hash.ToString(),
    };

    /// <inheritdoc cref="Equals(BlockRef)"/>
    public static bool operator ==(BlockRef left, BlockRef right) => left.Equals(right);

    /// <inheritdoc cref="Equals(BlockRef)"/>
    public static bool operator !=(BlockRef left, BlockRef right) => !left.Equals(right);
}
