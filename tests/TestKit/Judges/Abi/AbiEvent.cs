namespace Gavel.TestKit.Judges;

/// <summary>A contract event: its first topic and the reading and writing of indexed arguments, which are words of their own.</summary>
public sealed class AbiEvent
{
    private readonly int _indexed;

    /// <summary>From text such as <c>Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)</c>.</summary>
    /// <exception cref="AbiException">Not a signature of canonical types, or more than three indexed arguments.</exception>
    public AbiEvent(string signature)
    {
        AbiSignature parsed = AbiSignature.Parse(signature);
        Name = parsed.Name;
        Signature = parsed.Canonical;
        Topic0 = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(Signature));
        _indexed = parsed.Parameters.Count(static parameter => parameter.IsIndexed);
        if (_indexed > 3)
        {
            throw new AbiException(Name, $"{_indexed} arguments are indexed; 3 are possible");
        }
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>The canonical signature: types without names, spaces or <c>indexed</c>.</summary>
    public string Signature { get; }

    /// <summary>Keccak-256 of the signature: the first topic of every such log.</summary>
    public Hash32 Topic0 { get; }

    /// <summary>True when a log's topics are of this event.</summary>
    public bool IsIn(IReadOnlyList<Hash32> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return topics.Count == _indexed + 1 && topics[0] == Topic0;
    }

    /// <summary>A decoder of the indexed arguments, in their order. Those of dynamic types are hashes: read them as <c>bytes32</c>.</summary>
    /// <exception cref="AbiException">The topics are of another event.</exception>
    public AbiDecoder Indexed(IReadOnlyList<Hash32> topics)
    {
        if (!IsIn(topics))
        {
            string got = topics.Count == 0 ? "no topic" : $"{topics.Count} topics of which the first is {topics[0]}";
            throw new AbiException(Name, $"the log has {got}; expected {_indexed + 1}, the first {Topic0}");
        }

        byte[] words = new byte[_indexed * Hash32.Size];
        for (int i = 0; i < _indexed; i++)
        {
            topics[i + 1].CopyTo(words.AsSpan(i * Hash32.Size));
        }

        return new AbiDecoder(words, Name);
    }

    /// <summary>A topic to filter by: one value of a static type as its word.</summary>
    public static Hash32 TopicOf(Action<AbiEncoder> write)
    {
        byte[] word = AbiEncoder.Encode(write);
        return word.Length == Hash32.Size ? new Hash32(word) : throw new AbiException("topic", $"one word was expected, got {word.Length} bytes");
    }

    /// <summary>The topic of an indexed address.</summary>
    public static Hash32 TopicOf(Address address) => TopicOf(encoder => encoder.Address(address));

    /// <summary>The topic of an indexed number.</summary>
    public static Hash32 TopicOf(UInt256 number) => Hash32.FromUInt256(number);

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
