using System.Globalization;

namespace Gavel.Contracts;

/// <summary>A contract's <c>version()</c>: major, minor and patch; what follows a hyphen or plus is kept as text and not compared.</summary>
/// <param name="Major">Interfaces differ between majors.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
/// <param name="Text">The version as the contract gave it.</param>
public readonly record struct SemanticVersion(int Major, int Minor, int Patch, string Text)
{
    /// <summary>Reads <c>1.2.0</c>, <c>2.3.0-beta.2</c> and the like.</summary>
    /// <exception cref="FormatException">Not three numbers with dots.</exception>
    public static SemanticVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] numbers = text.Split('-', '+')[0].Split('.');
        int[] parsed = [0, 0, 0];
        for (int i = 0; i < 3; i++)
        {
            if (numbers.Length != 3 || !int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out parsed[i]))
            {
                throw new FormatException($"not a version of three numbers: \"{(text.Length > 40 ? text[..40] + "…" : text)}\"");
            }
        }

        return new SemanticVersion(parsed[0], parsed[1], parsed[2], text);
    }

    /// <summary>The version as the contract gave it.</summary>
    public override string ToString() => Text;
}
