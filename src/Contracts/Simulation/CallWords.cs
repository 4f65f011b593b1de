using Gavel.Ethereum;

namespace Gavel.Contracts.Simulation;

/// <summary>Arguments of a call, as a contract reads them.</summary>
/// <param name="data">The call data.</param>
internal readonly ref struct CallWords(ReadOnlySpan<byte> data)
{
    private const int Word = 32;
    private readonly ReadOnlySpan<byte> _arguments = data.Length >= Selector.Size ? data[Selector.Size..] : default;

    /// <summary>The function; null for a call without one.</summary>
    public Selector? Function { get; } = Selector.At(data);

    /// <summary>Refuses call data that lack a word of the arguments.</summary>
    /// <exception cref="SimulatedRevert">They do.</exception>
    public void Require(int words)
    {
        if (_arguments.Length < words * Word)
        {
            throw SimulatedRevert.Empty();
        }
    }

    /// <summary>A word.</summary>
    public Hash32 Bytes32(int word) => new(_arguments.Slice(word * Word, Word));

    /// <summary>A word as a number.</summary>
    public UInt256 Number(int word) => Bytes32(word).ToUInt256();

    /// <summary>A word as an address.</summary>
    public Address AddressAt(int word) => new(_arguments.Slice((word * Word) + Word - Address.Size, Address.Size));

    /// <summary>A word as an index of a list: what fits none is the greatest number.</summary>
    public int Index(int word) => Number(word) is var number && number < int.MaxValue ? (int)(ulong)number : int.MaxValue;

    /// <summary>Bytes whose place is told by a word.</summary>
    /// <exception cref="SimulatedRevert">They do not lie inside of the call data.</exception>
    public ReadOnlySpan<byte> Bytes(int word)
    {
        UInt256 at = Number(word);
        if (at > (ulong)_arguments.Length || _arguments.Length - (int)(ulong)at < Word)
        {
            throw SimulatedRevert.Empty();
        }

        ReadOnlySpan<byte> place = _arguments[(int)(ulong)at..];
        UInt256 length = new(place[..Word]);
        return length > (ulong)(place.Length - Word) ? throw SimulatedRevert.Empty() : place.Slice(Word, (int)(ulong)length);
    }
}
