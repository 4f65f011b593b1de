using Gavel.Contracts.Simulation;

namespace Gavel.Contracts.Checking;

/// <summary>One recorded game, played again.</summary>
/// <param name="Id">Its id in the file.</param>
/// <param name="Actions">Transactions.</param>
/// <param name="Refused">How many of them the contracts refused.</param>
/// <param name="VmRuns">How many reached the VM.</param>
/// <param name="Differences">What differs at the first action where anything does; empty when all is equal.</param>
public sealed record RecordedGameResult(string Id, int Actions, int Refused, int VmRuns, IReadOnlyList<string> Differences);

/// <summary>
/// Plays files of recorded games (format: tests/vectors/contracts/README.md) in simulation, by the rules of the generation that they name: the same
/// results, revert data, questions to VM and oracle, clocks and states, or a difference.
/// </summary>
public static class RecordedGames
{
    /// <summary>Plays every game of a file.</summary>
    /// <returns>The generation, and a result for each game as it is played.</returns>
    /// <exception cref="RecordingException">The file cannot be read, is of another format, or of a generation that is not simulated.</exception>
    public static (string Generation, IEnumerable<RecordedGameResult> Results) Check(string file)
    {
        Recording recording = Recording.Read(file);
        return (recording.Header.Generation, recording.Games.Select(game => Play(file, recording.Header, game)));
    }

    private static RecordedGameResult Play(string file, RecordingHeader header, RecordedGame game)
    {
        try
        {
            return new RecordedGameResult(
                game.Id,
                game.Actions.Count,
                game.Actions.Count(action => !action.Ok),
                game.Actions.Count(action => action.Vm is not null),
                new GameReplay(header, game).Run());
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException or NullReferenceException or OverflowException)
        {
            throw new RecordingException($"{file}: game {game.Id} is not of the recorded format: {e.Message}", e);
        }
    }
}
