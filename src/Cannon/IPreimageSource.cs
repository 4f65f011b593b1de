namespace Gavel.Cannon;

/// <summary>
/// What answers the guest's questions. Called on the VM's thread; a call may block, and may throw <see cref="PreimageException"/>,
/// which ends the run with the state of before the step.
/// </summary>
public interface IPreimageSource
{
    /// <summary>Passes a hint on: text that says what the guest will ask for next.</summary>
    void Hint(ReadOnlySpan<byte> hint);

    /// <summary>The value of a key, without the length prefix.</summary>
    /// <exception cref="PreimageException">There is no such value, or the source has failed.</exception>
    byte[] GetPreimage(Hash32 key);
}
