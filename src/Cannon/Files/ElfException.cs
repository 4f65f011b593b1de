namespace Gavel.Cannon;

/// <summary>A program file cannot be loaded.</summary>
public sealed class ElfException : Exception
{
    /// <summary>With the field, where it lies, and what is wrong with it.</summary>
    public ElfException(string field, long offset, string problem)
        : base($"ELF file: {field} at offset {offset}: {problem}") => (Field, Offset) = (field, offset);

    /// <summary>The field that is wrong.</summary>
    public string Field { get; }

    /// <summary>Bytes of the file before it.</summary>
    public long Offset { get; }
}
