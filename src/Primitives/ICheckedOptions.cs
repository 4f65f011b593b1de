namespace Gavel.Primitives;

/// <summary>An options class with rules of its own that no attribute can tell, such as one value being less than another.</summary>
public interface ICheckedOptions
{
    /// <summary>Everything that is wrong with the values: the option's name (empty for the whole), and what is wrong and how to mend it. Never a secret.</summary>
    IReadOnlyList<(string Option, string Problem)> Problems();
}
