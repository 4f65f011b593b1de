using System.Text.Json;

namespace Gavel.Cannon.Checking;

/// <summary>A JSON value with the place it stands at, so that every error can name file, line and member.</summary>
internal readonly struct InputNode(JsonElement element, string file, int line, string path)
{
    /// <summary>The path of the member.</summary>
    public string Path => path;

    /// <summary>A member that must be there.</summary>
    public InputNode this[string name] => Find(name) ?? throw At(name).Error("the member is missing");

    /// <summary>The items of an array.</summary>
    public IReadOnlyList<InputNode> Items
    {
        get
        {
            Require(JsonValueKind.Array, "an array");
            (string f, int l, string p) = (file, line, path);
            return [.. element.EnumerateArray().Select((item, i) => new InputNode(item, f, l, $"{p}[{i}]"))];
        }
    }

    /// <summary>The members of an object.</summary>
    public IReadOnlyList<(string Name, InputNode Value)> Members
    {
        get
        {
            Require(JsonValueKind.Object, "an object");
            (string f, int l, string p) = (file, line, path);
            return [.. element.EnumerateObject().Select(item => (item.Name, new InputNode(item.Value, f, l, $"{p}.{item.Name}")))];
        }
    }

    /// <summary>A member, or null if it is left out.</summary>
    public InputNode? Find(string name)
    {
        Require(JsonValueKind.Object, "an object");
        return element.TryGetProperty(name, out JsonElement member) ? new InputNode(member, file, line, path.Length == 0 ? name : $"{path}.{name}") : null;
    }

    public string Text()
    {
        Require(JsonValueKind.String, "a string");
        return element.GetString()!;
    }

    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error($"expected true or false, not {element.ValueKind}"),
    };

    /// <summary>A JSON number.</summary>
    public ulong Number() => element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out ulong value)
        ? value
        : throw Error("expected a whole number of at most 64 bits");

    /// <summary>A string <c>0x…</c> of at most 64 bits.</summary>
    public ulong Quantity() => Parse(Hex.QuantityToUInt64);

    public byte[] Bytes() => Parse(Hex.Decode);

    public Hash32 Hash() => Parse(Hash32.Parse);

    /// <summary>An unsigned number that must fit one byte.</summary>
    public byte Byte() => Number() is <= 255 and ulong value ? (byte)value : throw Error("expected a number of at most 255");

    public VmVersion Version() => VmVersion.FromName(Text())
        ?? throw Error($"unknown VM \"{Text()}\"; known are {string.Join(", ", VmVersion.All)}");

    public CheckInputException Error(string problem, Exception? inner = null) => new(file, line, path, problem, inner);

    private InputNode At(string name) => new(default, file, line, path.Length == 0 ? name : $"{path}.{name}");

    private T Parse<T>(Func<string, T> parse)
    {
        try
        {
            return parse(Text());
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
        {
            throw Error(error.Message, error);
        }
    }

    private void Require(JsonValueKind kind, string name)
    {
        if (element.ValueKind != kind)
        {
            throw Error($"expected {name}, not {element.ValueKind}");
        }
    }
}
