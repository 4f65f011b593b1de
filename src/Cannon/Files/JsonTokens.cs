using System.Text.Json;

namespace Gavel.Cannon;

/// <summary>Reads JSON from a stream token by token, holding only the token at hand, and says where an unexpected one lies.</summary>
internal sealed class JsonTokens(Stream stream)
{
    private const int LongestToken = 2 * HintBuffer.MaxLength + (1 << 16);

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isLast;
    private JsonReaderState _state;
    private long _bufferOffset;

    /// <summary>Kind of the current token.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>Bytes before the end of the current token.</summary>
    public long Offset => _bufferOffset + _start;

    /// <summary>Text of the current name or string.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Value of the current number; null when it is negative, fractional or above 64 bits.</summary>
    public ulong? Number { get; private set; }

    /// <summary>Goes to the next token; false at the end.</summary>
    public bool Next(string field)
    {
        while (true)
        {
            // Text that is not UTF-8 is an InvalidOperationException to the reader.
            try
            {
                Utf8JsonReader reader = new(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
                if (reader.Read())
                {
                    Take(ref reader);
                    return true;
                }

                if (_isLast)
                {
                    return false;
                }
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new StateFileException(field, Offset, $"not JSON ({error.Message})", error);
            }

            Refill(field);
        }
    }

    /// <summary>Goes to the next token and requires its kind.</summary>
    public void Expect(string field, JsonTokenType type)
    {
        if (!Next(field) || Type != type)
        {
            throw new StateFileException(field, Offset, $"expected {type}, found {Type}");
        }
    }

    /// <summary>Reads a whole number up to a limit.</summary>
    public ulong UInt(string field, ulong limit)
    {
        Expect(field, JsonTokenType.Number);
        return Number is { } value && value <= limit
            ? value
            : throw new StateFileException(field, Offset, $"the number is not in 0 to {limit}");
    }

    /// <summary>Reads a boolean.</summary>
    public bool Boolean(string field) => Next(field) && Type is JsonTokenType.True or JsonTokenType.False
        ? Type == JsonTokenType.True
        : throw new StateFileException(field, Offset, $"expected a boolean, found {Type}");

    /// <summary>Reads a string.</summary>
    public string String(string field)
    {
        Expect(field, JsonTokenType.String);
        return Text;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        Type = reader.TokenType;
        Text = Type is JsonTokenType.PropertyName or JsonTokenType.String ? reader.GetString()! : "";
        Number = Type == JsonTokenType.Number && reader.TryGetUInt64(out ulong value) ? value : null;
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private void Refill(string field)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _bufferOffset += _start;
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestToken)
            {
                throw new StateFileException(field, Offset, $"a value of more than {LongestToken} bytes");
            }

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        int count;
        try
        {
            count = stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (InvalidDataException error)
        {
            throw new StateFileException(field, Offset, $"the compressed data is broken ({error.Message})", error);
        }

        _isLast = count == 0;
        _end += count;
    }
}
