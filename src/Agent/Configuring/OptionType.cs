using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Gavel.Agent.Configuring;

/// <summary>What an option's type lets be written for it.</summary>
internal enum OptionShape
{
    /// <summary>One value.</summary>
    Value,

    /// <summary>A list of values or sections.</summary>
    List,

    /// <summary>Values by names that the operator chooses.</summary>
    Map,

    /// <summary>A section with options of its own.</summary>
    Section,
}

/// <summary>What the options' types say about themselves; the walk, the documented file and their tests all ask here.</summary>
internal static class OptionType
{
    private static readonly Type[] _wholes = [typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>The options of a class: what can be set, and sections, lists and maps that are there to be filled.</summary>
    public static IEnumerable<PropertyInfo> OptionsOf(Type section) =>
        section.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && (property.SetMethod is { IsPublic: true } || ShapeOf(property.PropertyType) is not OptionShape.Value))
            .Where(property => property.Name != "EqualityContract");

    /// <summary>What may be written for a type.</summary>
    public static OptionShape ShapeOf(Type type) =>
        Core(type) is var core && (core == typeof(string) || core.IsPrimitive || core.IsEnum) ? OptionShape.Value
        : IsGeneric(core, typeof(IDictionary<,>)) || IsGeneric(core, typeof(Dictionary<,>)) ? OptionShape.Map
        : IsGeneric(core, typeof(IList<>)) || IsGeneric(core, typeof(List<>)) ? OptionShape.List
        : core.Namespace?.StartsWith("Gavel.", StringComparison.Ordinal) == true ? OptionShape.Section
        : throw new NotSupportedException($"an option of type {core} cannot be configured");

    /// <summary>The type of a list's entries or a map's values.</summary>
    public static Type EntryOf(Type collection) => Core(collection).GenericTypeArguments[^1];

    /// <summary>An empty collection for a list's or map's type.</summary>
    public static object NewCollection(Type type) => Activator.CreateInstance(
        (ShapeOf(type) == OptionShape.List ? typeof(List<>) : typeof(Dictionary<,>)).MakeGenericType(Core(type).GenericTypeArguments))!;

    /// <summary>Words for what a type takes, such as <c>a whole number</c>.</summary>
    public static string WordsOf(Type type) => Core(type) switch
    {
        { IsEnum: true } names => $"one of {string.Join(", ", Enum.GetNames(names))}",
        var core when core == typeof(bool) => "true or false",
        var core when _wholes.Contains(core) => core == typeof(uint) || core == typeof(ulong) ? "a whole number from 0" : "a whole number",
        var core when core == typeof(double) => "a number",
        var core when core == typeof(string) => "text",
        _ => "a value",
    };

    /// <summary>Reads one value; false where the text does not mean one of the type.</summary>
    public static bool TryRead(RawValue raw, Type type, out object? value)
    {
        Type core = Core(type);
        string text = core == typeof(string) ? raw.Text : raw.Text.Trim();
        value = null;
        bool isRead = core switch
        {
            { IsEnum: true } => raw.Kind == RawKind.Text && Enum.GetNames(core).Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(core, text, ignoreCase: true, out value),
            _ when core == typeof(string) => raw.Kind is RawKind.Text or RawKind.Number && Set(out value, text),
            _ when core == typeof(bool) => raw.Kind != RawKind.Number && bool.TryParse(text, out bool truth) && Set(out value, truth),
            _ when core == typeof(int) => int.TryParse(text, Whole, Invariant, out int number) && Set(out value, number),
            _ when core == typeof(uint) => uint.TryParse(text, Whole, Invariant, out uint number) && Set(out value, number),
            _ when core == typeof(long) => long.TryParse(text, Whole, Invariant, out long number) && Set(out value, number),
            _ when core == typeof(ulong) => ulong.TryParse(text, Whole, Invariant, out ulong number) && Set(out value, number),
            _ when core == typeof(double) => double.TryParse(text, NumberStyles.Float, Invariant, out double number) && double.IsFinite(number) && Set(out value, number),
            _ => throw new NotSupportedException($"an option of type {core} cannot be configured"),
        };
        return isRead;
    }

    /// <summary>What a <see cref="RangeAttribute"/> says against a value; null where it is within.</summary>
    public static string? RangeProblem(PropertyInfo option, object value)
    {
        if (option.GetCustomAttribute<RangeAttribute>() is not { } range)
        {
            return null;
        }

        (double least, double most, double number) = (Number(range.Minimum), Number(range.Maximum), Number(value));
        return number >= least && number <= most ? null
            : most >= double.MaxValue ? $"is less than {Text(range.Minimum)}"
            : $"is not between {Text(range.Minimum)} and {Text(range.Maximum)}";
    }

    private static IFormatProvider Invariant => CultureInfo.InvariantCulture;

    private static NumberStyles Whole => NumberStyles.AllowLeadingSign;

    private static Type Core(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    private static bool Set(out object? value, object read)
    {
        value = read;
        return true;
    }

    private static double Number(object value) => Convert.ToDouble(value, Invariant);

    private static string Text(object value) => Convert.ToString(value, Invariant)!;
}
