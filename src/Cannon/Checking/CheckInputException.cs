namespace Gavel.Cannon.Checking;

/// <summary>A file of expected results cannot be used: it is missing, empty, damaged, or lacks a member. Tells nothing about the VM.</summary>
public sealed class CheckInputException : Exception
{
    /// <summary>With the file and what is wrong with it.</summary>
    public CheckInputException(string file, string problem, Exception? innerException = null)
        : base($"{file}: {problem}", innerException) => File = file;

    internal CheckInputException(string file, int line, string member, string problem, Exception? innerException = null)
        : base($"{file}{(line > 0 ? $":{line}" : "")}: {(member.Length > 0 ? $"{member}: " : "")}{problem}", innerException) =>
        (File, Line, Member) = (file, line, member);

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The line, from 1; 0 where the file is not made of lines.</summary>
    public int Line { get; }

    /// <summary>The path of the member, such as <c>pre.registers[3]</c>; empty for the whole.</summary>
    public string Member { get; } = "";
}
