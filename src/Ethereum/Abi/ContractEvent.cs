using System.Reflection;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;

namespace Gavel.Ethereum;

/// <summary>
/// A contract event with a typed message: its first topic, and the strict reading of its logs. Its arguments are all indexed, or none of them is;
/// no event that we read mixes both.
/// </summary>
/// <typeparam name="T">A class with <see cref="EventAttribute"/>.</typeparam>
public sealed class ContractEvent<T>
    where T : class, IEventDTO, new()
{
    private readonly int _indexed;

    /// <summary>Reads name and arguments from the attributes of <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">No event, or one of indexed and other arguments.</exception>
    public ContractEvent()
    {
        EventAttribute attribute = typeof(T).GetCustomAttribute<EventAttribute>() ?? throw new ArgumentException($"{typeof(T)} is no event", typeof(T).Name);
        Parameter[] parameters = AbiParameters.Of(typeof(T));
        _indexed = parameters.Count(static parameter => parameter.Indexed);
        if (_indexed != 0 && _indexed != parameters.Length)
        {
            throw new ArgumentException($"{attribute.Name} has {_indexed} indexed arguments of {parameters.Length}", typeof(T).Name);
        }

        Signature = new SignatureEncoder().GenerateSignature(attribute.Name, parameters);
        Topic0 = Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(Signature));
    }

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

    /// <summary>The arguments of a log.</summary>
    /// <exception cref="AbiMismatchException">The log is of another event, or malformed.</exception>
    public T Decode(IReadOnlyList<Hash32> topics, ReadOnlySpan<byte> data)
    {
        if (!IsIn(topics))
        {
            string got = topics.Count == 0 ? "no topic" : $"{topics.Count} topics of which the first is {topics[0]}";
            throw new AbiMismatchException(Signature, $"the log has {got}; expected {_indexed + 1}, the first {Topic0}");
        }

        if (_indexed == 0)
        {
            return StrictAbi.Decode<T>(data, Signature);
        }

        if (!data.IsEmpty)
        {
            throw new AbiMismatchException(Signature, $"the log has {data.Length} bytes of data; all of its arguments are topics");
        }

        byte[] words = new byte[_indexed * Hash32.Size];
        for (int i = 0; i < _indexed; i++)
        {
            topics[i + 1].CopyTo(words.AsSpan(i * Hash32.Size));
        }

        return StrictAbi.Decode<T>(words, Signature);
    }

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
