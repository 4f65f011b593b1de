namespace Gavel.Cannon;

/// <summary>A state file is truncated, too long or inconsistent.</summary>
public sealed class StateFileException : Exception
{
    /// <summary>With the field, where it lies, and what is wrong with it.</summary>
    public StateFileException(string field, long offset, string problem, Exception? innerException = null)
        : base($"state file: {field} at offset {offset}: {problem}", innerException) => (Field, Offset) = (field, offset);

    /// <summary>The field that could not be read.</summary>
    public string Field { get; }

    /// <summary>Bytes (decompressed) before it.</summary>
    public long Offset { get; }
}
