using System.Globalization;

namespace Gavel.TestKit.Judges;

/// <summary>
/// A signature as Solidity declares it, such as <c>Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)</c>:
/// names, <c>indexed</c> and spaces are allowed and do not enter the canonical text that is hashed. Types must be canonical
/// (<c>uint256</c>, not <c>uint</c>), so that a slip cannot give a wrong selector without a word.
/// </summary>
internal sealed class AbiSignature
{
    private const int MaxDepth = 16;
    private const int MaxLength = 4096;
    private const int MaxFixedElements = 4096;

    private readonly string _text;
    private int _next;

    private AbiSignature(string text)
    {
        _text = text;
        if (text.Length > MaxLength)
        {
            throw new AbiException("signature", $"{text.Length} characters are more than {MaxLength}");
        }

        Name = Identifier() ?? throw Fault("a name is missing");
        Parameters = Tuple(0);
        Spaces();
        if (_next != text.Length)
        {
            throw Fault("text follows the last parenthesis");
        }

        Canonical = Name + new AbiType(AbiKind.Tuple, Parameters.Count, Parameters).Canonical;
    }

    public string Name { get; }

    public IReadOnlyList<AbiParameter> Parameters { get; }

    public string Canonical { get; }

    /// <exception cref="AbiException">Not a signature, or a type that is unknown or not canonical; names the offset.</exception>
    public static AbiSignature Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new AbiSignature(text);
    }

    private List<AbiParameter> Tuple(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Fault($"tuples are nested deeper than {MaxDepth}");
        }

        Spaces();
        Expect('(');
        List<AbiParameter> members = [];
        Spaces();
        if (Take(')'))
        {
            return members;
        }

        do
        {
            members.Add(Parameter(depth));
            Spaces();
        }
        while (Take(','));
        Expect(')');
        return members;
    }

    private AbiParameter Parameter(int depth)
    {
        Spaces();
        AbiType type;
        if (_next < _text.Length && _text[_next] == '(')
        {
            List<AbiParameter> members = Tuple(depth + 1);
            type = members.Count > 0 ? new AbiType(AbiKind.Tuple, members.Count, members) : throw Fault("a tuple has no members");
        }
        else
        {
            type = Elementary();
        }

        type = Dimensions(type);
        Spaces();
        string? word = Identifier();
        bool indexed = word == "indexed";
        if (indexed)
        {
            Spaces();
            word = Identifier();
        }

        return new AbiParameter(type, word, indexed);
    }

    private AbiType Dimensions(AbiType element)
    {
        int dimensions = 0;
        while (Take('['))
        {
            if (++dimensions > MaxDepth)
            {
                throw Fault($"an array has more than {MaxDepth} dimensions");
            }

            int size = Number();
            Expect(']');
            if (size is 0 or > MaxFixedElements)
            {
                throw Fault($"a fixed array has {size} elements; 1 to {MaxFixedElements} are possible");
            }

            element = new AbiType(size < 0 ? AbiKind.Array : AbiKind.FixedArray, Math.Max(size, 0), [new AbiParameter(element, null, false)]);
        }

        return element;
    }

    private AbiType Elementary()
    {
        int start = _next;
        string name = Identifier() ?? throw Fault("a type is missing");
        AbiType? type = name switch
        {
            "bool" => Leaf(AbiKind.Bool, 0),
            "address" => Leaf(AbiKind.Address, 0),
            "bytes" => Leaf(AbiKind.Bytes, 0),
            "string" => Leaf(AbiKind.String, 0),
            _ when SizeAfter(name, "uint") is int bits && IsBits(bits) => Leaf(AbiKind.UInt, bits),
            _ when SizeAfter(name, "int") is int bits && IsBits(bits) => Leaf(AbiKind.Int, bits),
            _ when SizeAfter(name, "bytes") is int bytes and >= 1 and <= 32 => Leaf(AbiKind.FixedBytes, bytes),
            _ => null,
        };
        if (type is null)
        {
            _next = start;
            throw Fault($"\"{name}\" is not a canonical type");
        }

        return type;
    }

    private static AbiType Leaf(AbiKind kind, int size) => new(kind, size, []);

    private static bool IsBits(int bits) => bits is >= 8 and <= 256 && bits % 8 == 0;

    private static int? SizeAfter(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && name.Length > prefix.Length && name[prefix.Length] != '0'
        && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size
            : null;

    private string? Identifier()
    {
        int start = _next;
        while (_next < _text.Length && (char.IsAsciiLetter(_text[_next]) || _text[_next] is '_' or '$'
            || (_next > start && char.IsAsciiDigit(_text[_next]))))
        {
            _next++;
        }

        return _next > start ? _text[start.._next] : null;
    }

    /// <summary>The digits at this place; -1 when there are none.</summary>
    private int Number()
    {
        int start = _next;
        while (_next < _text.Length && char.IsAsciiDigit(_text[_next]))
        {
            _next++;
        }

        return _next == start ? -1
            : int.TryParse(_text.AsSpan(start, _next - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw Fault("a number is too large");
    }

    private void Spaces()
    {
        while (_next < _text.Length && _text[_next] == ' ')
        {
            _next++;
        }
    }

    private bool Take(char wanted)
    {
        bool there = _next < _text.Length && _text[_next] == wanted;
        _next += there ? 1 : 0;
        return there;
    }

    private void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Fault($"'{wanted}' is missing");
        }
    }

    private AbiException Fault(string problem) => new($"signature {Hex.Shown(_text)} at {_next}", problem);
}
