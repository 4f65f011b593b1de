using System.Globalization;

namespace Gavel.Agent.CannonTool;

/// <summary>At which steps something is done: <c>never</c>, <c>always</c>, <c>=N</c>, <c>%N</c> (also step 0), N in decimal or with 0x.</summary>
internal readonly record struct StepPattern
{
    private readonly ulong _every;
    private readonly ulong? _at;

    private StepPattern(ulong every, ulong? at) => (_every, _at) = (every, at);

    /// <summary>No step.</summary>
    public static StepPattern Never => default;

    /// <exception cref="FormatException">Not a pattern.</exception>
    public static StepPattern Parse(string text) => text switch
    {
        "" or "never" => Never,
        "always" => new StepPattern(1, null),
        ['=', .. string number] => new StepPattern(0, Number(text, number)),
        ['%', .. string number] when Number(text, number) is > 0 and ulong every => new StepPattern(every, null),
        _ => throw new FormatException($"\"{text}\" is no step pattern: write never, always, =N or %N"),
    };

    public bool Matches(ulong step) => _at == step || (_every > 0 && step % _every == 0);

    /// <summary>The first match after a step, or the largest number if there is none.</summary>
    public ulong Next(ulong after)
    {
        if (_at is { } at)
        {
            return at > after ? at : ulong.MaxValue;
        }

        return _every == 0 || after > ulong.MaxValue - _every ? ulong.MaxValue : after - after % _every + _every;
    }

    private static ulong Number(string text, string number)
    {
        bool isHex = number.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(isHex ? number[2..] : number, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new FormatException($"\"{text}\" is no step pattern: \"{number}\" is no number");
    }
}
