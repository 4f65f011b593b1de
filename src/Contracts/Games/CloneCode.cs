using System.Buffers.Binary;

namespace Gavel.Contracts;

/// <summary>
/// The code of a game that a factory cloned: a minimal proxy that appends its arguments to each call (Solady's clones with immutable
/// arguments, which all factories up to 1.6 use). 98 bytes of code, the arguments, and their length with two bytes of its own.
/// </summary>
/// <param name="Implementation">The contract that the clone delegates to.</param>
/// <param name="Arguments">The arguments packed behind the code.</param>
internal sealed record CloneCode(Address Implementation, ReadOnlyMemory<byte> Arguments)
{
    private const int CodeSize = 98;
    private const int LengthSize = 2;
    private const int LengthAt = 54;
    private const int ImplementationAt = 65;

    // Logs ether that comes without call data; else copies call data, arguments and length and delegates. Zero where a clone has its own bytes.
    private static readonly byte[] s_code = Convert.FromHexString(
        "36602c57343d527f9e4ac34f21c619cefc926c8bd93b54bf5a39c7ab2127a895af1cc0691d7e3dff593da1005b363d3d373d3d3d3d61"
        + "0000" + "806062363936013d73" + "0000000000000000000000000000000000000000" + "5af43d3d93803e606057fd5bf3");

    /// <summary>Reads a clone's code; null if it is any other code.</summary>
    public static CloneCode? Parse(ReadOnlyMemory<byte> code)
    {
        ReadOnlySpan<byte> bytes = code.Span;
        if (bytes.Length < CodeSize + LengthSize || bytes.Length > CodeSize + ushort.MaxValue)
        {
            return null;
        }

        int behind = bytes.Length - CodeSize;
        bool isClone = bytes[..LengthAt].SequenceEqual(s_code.AsSpan(0, LengthAt))
            && BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthAt..]) == behind
            && bytes[(LengthAt + LengthSize)..ImplementationAt].SequenceEqual(s_code.AsSpan((LengthAt + LengthSize)..ImplementationAt))
            && bytes[(ImplementationAt + Address.Size)..CodeSize].SequenceEqual(s_code.AsSpan(ImplementationAt + Address.Size))
            && BinaryPrimitives.ReadUInt16BigEndian(bytes[^LengthSize..]) == behind;
        return isClone
            ? new CloneCode(new Address(bytes.Slice(ImplementationAt, Address.Size)), code[CodeSize..^LengthSize])
            : null;
    }
}
