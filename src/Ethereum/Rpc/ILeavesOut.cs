namespace Gavel.Ethereum;

/// <summary>What reads through several servers and can do without one of them.</summary>
public interface ILeavesOut
{
    /// <summary>
    /// Has a server asked no more, because an answer of it was proven false: health cannot know that. Who leaves it out tells the danger, and takes
    /// it back (<see cref="TakeBack"/>) once it answers rightly.
    /// </summary>
    /// <param name="url">The server's address.</param>
    /// <param name="contradiction">What was proven false, in words.</param>
    /// <returns>True if it is left out; false where it is the last that may be asked, or none of these.</returns>
    bool LeaveOut(EndpointUrl url, string contradiction);

    /// <summary>Ends <see cref="LeaveOut"/>.</summary>
    void TakeBack(EndpointUrl url);
}
