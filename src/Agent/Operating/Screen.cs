using System.Globalization;
using Gavel.GameSolver;
using Spectre.Console;

namespace Gavel.Agent.Operating;

/// <summary>Where an operator command writes: tables with lines on a terminal, plain aligned text elsewhere, one JSON value with <c>--json</c>.</summary>
internal sealed class Screen(TextWriter output, bool isTerminal, bool isJson)
{
    /// <summary>True when nothing but JSON may be written.</summary>
    public bool IsJson { get; } = isJson;

    /// <summary>The standard output.</summary>
    public static Screen OfConsole(bool json) => new(Console.Out, !Console.IsOutputRedirected, json);

    /// <summary>A line of text; nothing with <c>--json</c>.</summary>
    public void Line(string text)
    {
        if (!IsJson)
        {
            output.WriteLine(text);
        }
    }

    /// <summary>The one JSON value of a command; nothing without <c>--json</c>.</summary>
    public void Json<T>(T value)
    {
        if (IsJson)
        {
            output.WriteLine(OperatorJson.Text(value));
        }
    }

    /// <summary>A table; nothing with <c>--json</c>. Columns whose name ends in <c>&gt;</c> are aligned to the right; the sign is not shown.</summary>
    public void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (IsJson)
        {
            return;
        }

        bool[] right = [.. columns.Select(column => column.EndsWith('>'))];
        string[] names = [.. columns.Select(column => column.TrimEnd('>'))];
        if (isTerminal)
        {
            Table table = new() { Border = TableBorder.Rounded };
            for (int i = 0; i < names.Length; i++)
            {
                table.AddColumn(new TableColumn(new Text(names[i])) { Alignment = right[i] ? Justify.Right : Justify.Left });
            }

            foreach (IReadOnlyList<string> row in rows)
            {
                table.AddRow(row.Select(cell => new Text(cell)));
            }

            AnsiConsole.Write(table);
            return;
        }

        int[] widths = [.. names.Select((name, i) => rows.Select(row => row[i].Length).Append(name.Length).Max())];
        foreach (IReadOnlyList<string> row in rows.Prepend(names))
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) => right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    /// <summary>Seconds as people read them: the two largest units.</summary>
    public static string Duration(long seconds)
    {
        if (seconds <= 0)
        {
            return "over";
        }

        TimeSpan span = TimeSpan.FromSeconds(seconds);
        return span switch
        {
            { Days: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{span.Days}d {span.Hours}h"),
            { Hours: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours}h {span.Minutes}m"),
            { Minutes: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m {span.Seconds}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds}s"),
        };
    }

    /// <summary>The same where there may be nothing to tell.</summary>
    public static string Duration(long? seconds) => seconds is long known ? Duration(known) : "-";

    /// <summary>Beginning and end of a hash, for tables.</summary>
    public static string Short(Hash32 hash)
    {
        string text = hash.ToString();
        return $"{text[..8]}…{text[^6..]}";
    }

    /// <summary>Ether, or a dash for none.</summary>
    public static string Eth(UInt256 wei) => wei.IsZero ? "-" : Ether.Format(wei);

    /// <summary>A mode of paying bonds in words, with what is expected while it is undecided.</summary>
    public static string Mode(BondDistributionMode? mode, BondDistributionMode? expected) => mode switch
    {
        BondDistributionMode.Normal => "by result",
        BondDistributionMode.Refund => "refunded",
        BondDistributionMode.Undecided => $"undecided (expected: {(expected == BondDistributionMode.Refund ? "refunded" : "by result")})",
        _ => "?",
    };

    /// <summary>A status in words.</summary>
    public static string Status(GameStatus? status) => status switch
    {
        GameStatus.InProgress => "in progress",
        GameStatus.ChallengerWins => "challenger wins",
        GameStatus.DefenderWins => "defender wins",
        _ => "?",
    };
}
