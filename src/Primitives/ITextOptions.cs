namespace Gavel.Primitives;

/// <summary>A section of options that may be written as one text, which then stands for its main option.</summary>
public interface ITextOptions
{
    /// <summary>Takes the text.</summary>
    void Take(string text);
}
