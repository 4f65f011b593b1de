namespace Gavel.Agent.Operating;

/// <summary>An operator command cannot go on; the message says why and is all that is shown.</summary>
internal sealed class OperatorException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The command's exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The input or the way it is used is at fault.</summary>
    public static OperatorException BadInput(string message, Exception? inner = null) => new(ExitCodes.BadInput, message, inner);

    /// <summary>The chain, or what happens on it, stands against the command.</summary>
    public static OperatorException Refused(string message, Exception? inner = null) => new(ExitCodes.Refused, message, inner);
}

/// <summary>What commands end with.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Good = 0;

    /// <summary>The chain refused, a node did not answer, or there is a difference.</summary>
    public const int Refused = 1;

    /// <summary>Bad input or usage.</summary>
    public const int BadInput = 2;
}
