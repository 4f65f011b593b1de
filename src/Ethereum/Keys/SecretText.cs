using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Gavel.Ethereum;

/// <summary>
/// A secret as text, in pinned memory that is overwritten when disposed. Files come as editors, shells and spreadsheets leave them: a byte
/// order mark and UTF-16 that one announces are taken; what only might be text is refused by its name. No message shows any of the content.
/// </summary>
internal sealed class SecretText : IDisposable
{
    private readonly char[] _text;
    private int _length;

    private SecretText(string place, char[] text, int length, bool hadMark)
    {
        Place = place;
        _text = text;
        _length = length;
        HadMark = hadMark;
    }

    /// <summary>What the source is called in errors.</summary>
    public string Place { get; }

    /// <summary>Whether a byte order mark was left out.</summary>
    public bool HadMark { get; }

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Span => _text.AsSpan(0, _length);

    /// <summary>The text, for readers that want memory.</summary>
    public ReadOnlyMemory<char> Memory => _text.AsMemory(0, _length);

    /// <exception cref="AccountException">The file cannot be read, is too large, or holds no text.</exception>
    public static SecretText OfFile(string path, int maxBytes) => Of(SecretFile.Read(path, maxBytes), $"file {path}");

    /// <exception cref="AccountException">The variable is not set.</exception>
    public static SecretText OfVariable(string variable, string expected) => Environment.GetEnvironmentVariable(variable) is { } value
        ? Of(Encoding.UTF8.GetBytes(value), $"environment variable {variable}")
        : throw new AccountException($"environment variable {variable} is not set; it should hold {expected}");

    /// <summary>Decodes bytes and overwrites them.</summary>
    /// <exception cref="AccountException">They are no text.</exception>
    public static SecretText Of(byte[] content, string place)
    {
        char[] text = GC.AllocateUninitializedArray<char>(content.Length, pinned: true);
        try
        {
            bool marked = Decode(content, text, place, out int length);
            return new SecretText(place, text, length, marked);
        }
        catch
        {
            Clear(text);
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>
    /// Makes all that is invisible or only looks different plain: white space of any kind becomes a blank (or stays a line break), marks without
    /// width go, full-width letters and digits (as East Asian keyboards write them) and curly quotes become ASCII. For secrets of ASCII alone.
    /// </summary>
    public void Simplify()
    {
        int to = 0;
        for (int from = 0; from < _length; from++)
        {
            char c = _text[from];
            if (IsWithoutWidth(c))
            {
                continue;
            }

            _text[to++] = c switch
            {
                '\n' or '\r' or '\u2028' or '\u2029' or '\u0085' => '\n',
                _ when char.IsWhiteSpace(c) => ' ',
                >= '\uff01' and <= '\uff5e' => (char)(c - '\uff01' + '!'),
                '\u2018' or '\u2019' or '\u2032' => '\'',
                '\u201c' or '\u201d' or '\u2033' or '\u00ab' or '\u00bb' => '"',
                _ => c,
            };
        }

        _text.AsSpan(to, _length - to).Clear();
        _length = to;
    }

    /// <summary>Overwrites the text.</summary>
    public void Dispose()
    {
        Clear(_text);
        _length = 0;
    }

    /// <summary>The text without white space around it and without one pair of quotes.</summary>
    public static ReadOnlySpan<char> Unquoted(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        return text.Length >= 2 && text[0] is '"' or '\'' or '`' && text[^1] == text[0] ? text[1..^1].Trim() : text;
    }

    private static bool Decode(ReadOnlySpan<byte> content, Span<char> text, string place, out int length)
    {
        if (content is [0xff, 0xfe, 0, 0, ..] or [0, 0, 0xfe, 0xff, ..])
        {
            throw new AccountException($"{place} is UTF-32 text; save it as UTF-8");
        }

        if (content is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
        {
            length = DecodeUtf16(content[2..], isBigEndian: content[0] == 0xfe, text, place);
            return true;
        }

        bool marked = content is [0xef, 0xbb, 0xbf, ..];
        content = marked ? content[3..] : content;
        if (content.Contains((byte)0))
        {
            throw new AccountException(LooksLikeUtf16(content)
                ? $"{place} looks like UTF-16 text without a byte order mark; save it as UTF-8"
                : $"{place} is no text: it holds a byte 0");
        }

        return Utf8.ToUtf16(content, text, out int read, out length, replaceInvalidSequences: false) == OperationStatus.Done
            ? marked
            : throw new AccountException($"{place} is no UTF-8 text (byte {read + 1} fits none); save it as UTF-8");
    }

    private static int DecodeUtf16(ReadOnlySpan<byte> content, bool isBigEndian, Span<char> text, string place)
    {
        if (content.Length % 2 != 0)
        {
            throw new AccountException($"{place} is UTF-16 text that breaks off in the middle of a character; save it as UTF-8");
        }

        for (int i = 0; i < content.Length / 2; i++)
        {
            ReadOnlySpan<byte> unit = content[(2 * i)..];
            text[i] = (char)(isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(unit) : BinaryPrimitives.ReadUInt16LittleEndian(unit));
        }

        return text[..(content.Length / 2)].Contains('\0') ? throw new AccountException($"{place} is no text: it holds a character 0") : content.Length / 2;
    }

    // Text in Latin letters has a zero in every other byte.
    private static bool LooksLikeUtf16(ReadOnlySpan<byte> content)
    {
        int even = 0, odd = 0;
        for (int i = 0; i < content.Length; i++)
        {
            even += i % 2 == 0 && content[i] == 0 ? 1 : 0;
            odd += i % 2 == 1 && content[i] == 0 ? 1 : 0;
        }

        return Math.Max(even, odd) * 4 > content.Length && Math.Min(even, odd) == 0;
    }

    private static bool IsWithoutWidth(char c) =>
        c is '\ufeff' or '\u00ad' or '\u180e' or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f');

    private static void Clear(char[] text) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
}
