using Gavel.Cannon.Checking;

namespace Gavel.Agent.CannonTool;

/// <summary>What the <c>check-*</c> verbs print and their exit code: 0 all equal, 1 a difference, 2 unusable input, 130 interrupted.</summary>
internal sealed class CheckOutput(TextWriter output, TextWriter error)
{
    private const int Interrupted = 130;
    private int _differing;

    public TextWriter Output { get; } = output;

    public RunProgress Progress { get; } = new(error);

    /// <summary>Counts a case; of the first that differs, every field is shown.</summary>
    public void Add(string name, IReadOnlyList<FieldDifference> differences)
    {
        if (differences.Count == 0)
        {
            return;
        }

        if (_differing++ > 0)
        {
            return;
        }

        Output.WriteLine($"first difference: {name}");
        foreach (FieldDifference difference in differences)
        {
            Output.WriteLine($"  {difference}");
        }
    }

    /// <summary>Runs a check.</summary>
    /// <param name="check">Prints what it finds and gives what was counted, for the last line.</param>
    public int Run(Func<string> check)
    {
        try
        {
            string summary = check();
            Output.WriteLine($"{summary}; {(_differing == 0 ? "no difference" : $"{_differing} differ")}");
            return _differing == 0 ? 0 : 1;
        }
        catch (CheckInputException unusable)
        {
            error.WriteLine($"error: {unusable.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("interrupted");
            return Interrupted;
        }
    }
}
