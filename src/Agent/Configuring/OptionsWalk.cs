using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Gavel.Agent.Configuring;

/// <summary>
/// Goes through the tree beside the options' types and fills the options from it. All that does not fit is found, with its place: unknown names,
/// wrong kinds of values, values out of range, values where sections or lists belong. An option that is found wrong keeps its default.
/// </summary>
/// <remarks>
/// The framework's binder stands aside for this: it stops at the first problem, knows no place, drops a value beside a list without a word, and
/// adds to a list that has a default instead of replacing it.
/// </remarks>
internal sealed class OptionsWalk(Type root, Findings findings)
{
    /// <summary>What checks itself, with its place, in the order of the walk.</summary>
    public List<(string Place, object Section)> Sections { get; } = [];

    /// <summary>Fills a section.</summary>
    public void Fill(RawNode node, object section, string place)
    {
        Sections.Add((place, section));
        ComplainOfValue(node, place, "a section, {…}");
        if (node.IsList)
        {
            findings.Add(place, "a section, {…}, belongs here, no list", node.Origin);
            return;
        }

        PropertyInfo[] options = [.. OptionType.OptionsOf(section.GetType())];
        foreach ((string name, RawNode child) in node.Children)
        {
            string below = Join(place, name);
            if (options.FirstOrDefault(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } option)
            {
                FillOption(child, section, option, Join(place, option.Name));
            }
            else
            {
                findings.Add(below, $"no such option{Meant(name, place, options)}", child.Origin);
            }
        }

        // What nobody wrote is checked all the same.
        foreach (PropertyInfo left in options.Where(option => !node.Children.ContainsKey(option.Name) && OptionType.ShapeOf(option.PropertyType) == OptionShape.Section))
        {
            if (left.GetValue(section) is { } unwritten)
            {
                Fill(new RawNode(node.Origin), unwritten, Join(place, left.Name));
            }
        }
    }

    private void FillOption(RawNode node, object section, PropertyInfo option, string place)
    {
        switch (OptionType.ShapeOf(option.PropertyType))
        {
            case OptionShape.Section when IsNull(node) && MayBeNull(option):
                break; // a section that may be missing, and is
            case OptionShape.Section:
                object below = option.GetValue(section) ?? Activator.CreateInstance(option.PropertyType)!;
                Fill(node, below, place);
                option.SetMethod?.Invoke(section, [below]);
                break;
            case OptionShape.List:
                FillList(node, section, option, place);
                break;
            case OptionShape.Map:
                FillMap(node, (IDictionary)option.GetValue(section)!, option.PropertyType, place);
                break;
            default:
                if (ReadValue(node, option.PropertyType, option, place, out object? value))
                {
                    option.SetValue(section, value);
                }

                break;
        }
    }

    private void FillList(RawNode node, object section, PropertyInfo option, string place)
    {
        Type entry = OptionType.EntryOf(option.PropertyType);
        if (node.Value is { Kind: RawKind.Text, Text: "", Origin.Line: null } && node.Children.Count == 0)
        {
            node.Open(node.Origin, isList: true); // an empty variable is an empty list, which cannot be written otherwise
        }
        else if (!ComplainOfValue(node, place, $"a list belongs here, [ … ]; in variables one entry each, {VariableSource.Prefix}{place.Replace(":", "__", StringComparison.Ordinal)}__0=…", isSentence: true)
            && node is { IsList: false, Opened.Line: not null })
        {
            findings.Add(place, "a list belongs here, [ … ], no section", node.Origin);
            return;
        }

        if (node.Opened is null)
        {
            return;
        }

        IList entries = (IList)OptionType.NewCollection(option.PropertyType);
        int next = 0;
        foreach ((string name, RawNode child) in node.Children.OrderBy(child => int.TryParse(child.Key, out int number) ? number : int.MaxValue))
        {
            string below = Join(place, name);
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                findings.Add(below, "the entries of a list are numbered from 0", child.Origin);
            }
            else if (number != next++)
            {
                findings.Add(below, $"the entry before it, {next - 1}, is missing; entries are numbered from 0 without gaps", child.Origin);
                next = number + 1;
            }
            else if (IsNull(child))
            {
                findings.Add(below, "null is no entry; leave it out", child.Origin);
            }
            else if (OptionType.ShapeOf(entry) == OptionShape.Section)
            {
                object item = Activator.CreateInstance(entry)!;
                if (item is ITextOptions text && child is { Value.Kind: RawKind.Text, Children.Count: 0, Opened: null })
                {
                    text.Take(child.Value.Text);
                }
                else
                {
                    Fill(child, item, below);
                }

                entries.Add(item);
            }
            else if (ReadValue(child, entry, option, below, out object? value))
            {
                entries.Add(value);
            }
        }

        Replace(section, option, entries);
    }

    private static void Replace(object section, PropertyInfo option, IList entries)
    {
        if (option.SetMethod is not null)
        {
            option.SetValue(section, entries);
            return;
        }

        IList filled = (IList)option.GetValue(section)!;
        filled.Clear();
        foreach (object? entry in entries)
        {
            filled.Add(entry);
        }
    }

    private void FillMap(RawNode node, IDictionary map, Type type, string place)
    {
        if (ComplainOfValue(node, place, "a section, {…}"))
        {
            return;
        }

        foreach ((string name, RawNode child) in node.Children)
        {
            if (ReadValue(child, OptionType.EntryOf(type), null, Join(place, name), out object? value))
            {
                map[name] = value;
            }
        }
    }

    private bool ReadValue(RawNode node, Type type, PropertyInfo? option, string place, out object? value)
    {
        value = null;
        if (node.Opened is { } opened)
        {
            findings.Add(place, $"{OptionType.WordsOf(type)} belongs here, no {(node.IsList ? "list" : "section")}", opened);
            return false;
        }

        RawValue raw = node.Value!;
        if (raw.Kind == RawKind.Null)
        {
            bool mayBeNull = option is not null && type == option.PropertyType && MayBeNull(option);
            if (!mayBeNull)
            {
                findings.Add(place, $"null is no value; write {OptionType.WordsOf(type)}, or leave it out for the default", raw.Origin);
            }

            return mayBeNull;
        }

        if (!OptionType.TryRead(raw, type, out value))
        {
            string nearest = type.IsEnum && Suggestion.Nearest(raw.Text, Enum.GetNames(type)) is { } name ? $"; did you mean {name}?" : "";
            findings.Add(place, $"{Redaction.Show(raw.Text)} is not {OptionType.WordsOf(type)}{UnitOf(option)}{nearest}", raw.Origin);
            return false;
        }

        if (option is not null && OptionType.ShapeOf(option.PropertyType) == OptionShape.Value && OptionType.RangeProblem(option, value!) is { } problem)
        {
            findings.Add(place, $"{raw.Text} {problem}", raw.Origin);
            return false;
        }

        return true;
    }

    // The unit stands at the end of an option's name.
    private static string UnitOf(PropertyInfo? option) =>
        option is not null && option.PropertyType != typeof(bool) && ((string[])["Seconds", "Blocks", "MiB", "Bytes", "Gwei"]).FirstOrDefault(unit => option.Name.EndsWith(unit, StringComparison.Ordinal)) is { } unit
            ? $" of {(unit is "MiB" or "Gwei" ? unit : unit.ToLowerInvariant())}, without the unit"
            : "";

    private bool ComplainOfValue(RawNode node, string place, string what, bool isSentence = false)
    {
        if (node.Value is not { } value)
        {
            return false;
        }

        string shown = value.Kind == RawKind.Null ? "null" : Redaction.Show(value.Text);
        string beside = node.Children.Count > 0 ? $"; it stands beside entries written elsewhere ({node.Opened})" : "";
        string comma = isSentence && value.Text.Contains(',', StringComparison.Ordinal) ? "; commas do not part entries" : "";
        findings.Add(place, $"{(isSentence ? what : $"{what}, belongs here")}; this is {shown}{comma}{beside}", value.Origin);
        return true;
    }

    private static bool MayBeNull(PropertyInfo option) => new NullabilityInfoContext().Create(option).ReadState == NullabilityState.Nullable;

    private static bool IsNull(RawNode node) => node is { Value.Kind: RawKind.Null, Children.Count: 0 };

    // The name that was meant: one of the same section, or the same name in another.
    private string Meant(string name, string place, PropertyInfo[] options)
    {
        if (Suggestion.Nearest(name, options.Select(option => option.Name)) is { } near)
        {
            return $"; did you mean {near}?";
        }

        string[] elsewhere = [.. PathsOf(root, "").Where(path => path.EndsWith($":{name}", StringComparison.OrdinalIgnoreCase))];
        return elsewhere.Length > 0
            ? $"; did you mean {string.Join(" or ", elsewhere)}?"
            : $"; there is: {string.Join(", ", options.Select(option => option.Name))}{(place.Length == 0 ? " (sections)" : "")}";
    }

    // Every option's path, n standing for the number in a list.
    private static IEnumerable<string> PathsOf(Type section, string place)
    {
        foreach (PropertyInfo option in OptionType.OptionsOf(section))
        {
            string below = Join(place, option.Name);
            yield return below;
            OptionShape shape = OptionType.ShapeOf(option.PropertyType);
            Type type = shape == OptionShape.List ? OptionType.EntryOf(option.PropertyType) : option.PropertyType;
            if (shape != OptionShape.Map && OptionType.ShapeOf(type) == OptionShape.Section)
            {
                foreach (string path in PathsOf(Nullable.GetUnderlyingType(type) ?? type, shape == OptionShape.List ? $"{below}:n" : below))
                {
                    yield return path;
                }
            }
        }
    }

    private static string Join(string place, string name) => place.Length == 0 ? name : $"{place}:{name}";
}
