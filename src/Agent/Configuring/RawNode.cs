namespace Gavel.Agent.Configuring;

/// <summary>Where something in the configuration was written.</summary>
/// <param name="Source">The file as the operator named it, or <c>variable GAVEL__…</c>.</param>
/// <param name="Line">The line in the file, from 1; null for a variable.</param>
internal sealed record Origin(string Source, int? Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"{Source} line {line}" : Source;
}

/// <summary>How a value was written.</summary>
internal enum RawKind
{
    /// <summary>Text, or a variable's value, which may mean anything.</summary>
    Text,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>JSON <c>true</c> or <c>false</c>.</summary>
    Truth,

    /// <summary>JSON <c>null</c>.</summary>
    Null,
}

/// <summary>One value as it was written.</summary>
internal sealed record RawValue(string Text, RawKind Kind, Origin Origin);

/// <summary>
/// One place of the configuration, with all that the sources put there: a value, entries below it, or, by mistake, both. What it ought to be is
/// known by the options' types alone.
/// </summary>
internal sealed class RawNode(Origin origin)
{
    private readonly Dictionary<string, RawNode> _children = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where it was last written.</summary>
    public Origin Origin { get; private set; } = origin;

    /// <summary>The value that the last source gave; null where none gave any.</summary>
    public RawValue? Value { get; private set; }

    /// <summary>Where entries below it were first written; null where there are none, not even an empty list or section.</summary>
    public Origin? Opened { get; private set; }

    /// <summary>True where the last source that wrote it as a whole wrote a JSON list.</summary>
    public bool IsList { get; private set; }

    /// <summary>What is below it, by name, or by number in a list.</summary>
    public IReadOnlyDictionary<string, RawNode> Children => _children;

    /// <summary>A later source's value takes the place of an earlier one.</summary>
    public void Write(RawValue value) => (Value, Origin) = (value, value.Origin);

    /// <summary>A section or list begins here; what is in it joins what earlier sources put there, a list's entries by their number.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="isList">True for a JSON list.</param>
    public void Open(Origin origin, bool isList)
    {
        Opened ??= origin;
        IsList = isList;
        Origin = origin;
        Value = Value is { Kind: RawKind.Null } ? null : Value;
    }

    /// <summary>Written as an empty list: nothing of earlier sources is left of it.</summary>
    public void Empty() => _children.Clear();

    /// <summary>The entry of a name, made where there is none.</summary>
    public RawNode Child(string name, Origin origin)
    {
        if (!_children.TryGetValue(name, out RawNode? child))
        {
            Opened ??= origin;
            _children[name] = child = new RawNode(origin);
        }

        return child;
    }
}
