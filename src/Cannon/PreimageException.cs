namespace Gavel.Cannon;

/// <summary>A preimage could not be had: the source lacks it, has failed, or gave a value that does not fit its key.</summary>
public class PreimageException : Exception
{
    /// <summary>With what is wrong and where.</summary>
    public PreimageException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and its cause.</summary>
    public PreimageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
