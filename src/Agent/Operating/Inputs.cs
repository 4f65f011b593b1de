using System.CommandLine;
using System.CommandLine.Parsing;

namespace Gavel.Agent.Operating;

/// <summary>Arguments and options of operator commands that are more than text: what cannot be read is a usage error that names the place.</summary>
internal static class Inputs
{
    /// <summary>The argument GAME.</summary>
    public static Argument<Address> Game() => Argument("GAME", "address of the game's contract", Address.Parse);

    /// <summary>A required argument.</summary>
    public static Argument<T> Argument<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        CustomParser = result => Read(result, name, parse),
    };

    /// <summary>An option that need not be given.</summary>
    public static Option<T?> Option<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        CustomParser = result => Read(result, name, parse),
    };

    private static T Read<T>(ArgumentResult result, string name, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[0].Value);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            result.AddError($"{name}: {error.Message}");
            return default!;
        }
    }
}
