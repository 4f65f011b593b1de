namespace Gavel.Contracts.Checking;

/// <summary>
/// Plays files of recorded games (format: tests/vectors/contracts/README.md) in simulation, by the rules of the generation that they name: the same
/// results, revert data, questions to VM and oracle, clocks and states, or a difference.
/// </summary>
internal static class RecordedGames
{
    /// <summary>Plays every game of a file.</summary>
    /// <exception cref="RecordingException">The file cannot be read, is of another format, or of a generation that is not simulated.</exception>
    public static ContractCheck Check(string file)
    {
        Recording recording = Recording.Read(file);
        RecordedAction[] actions = [.. recording.Games.SelectMany(game => game.Actions)];
        return new ContractCheck(
            $"{recording.Header.Generation}: {recording.Games.Count} games, {actions.Length} actions, {actions.Count(action => !action.Ok)} of them refused, "
                + $"{actions.Count(action => action.Vm is not null)} VM runs",
            recording.Games.SelectMany(game => Play(file, recording.Header, game)));
    }

    private static IReadOnlyList<string> Play(string file, RecordingHeader header, RecordedGame game)
    {
        try
        {
            return new GameReplay(header, game).Run();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException or NullReferenceException or OverflowException)
        {
            throw new RecordingException($"{file}: game {game.Id} is not of the recorded format: {e.Message}", e);
        }
    }
}
