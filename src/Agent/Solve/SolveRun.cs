using System.IO.Compression;
using Gavel.GameSolver.Solving;

namespace Gavel.Agent.Solve;

/// <summary>One run of <c>agent solve</c>: reads games, prints answers or compares them. Exit codes: 0 good, 1 a difference, 2 bad input.</summary>
internal sealed class SolveRun(Stream standardInput, TextWriter output, TextWriter error)
{
    private readonly SolveCheck _check = new();

    public async Task<int> RunAsync(IReadOnlyList<string> files, bool check, CancellationToken cancellation)
    {
        int games = 0;
        foreach (string file in files)
        {
            string name = file == "-" ? "standard input" : file;
            int line = 0;
            try
            {
                await using Stream input = file == "-" ? standardInput : File.OpenRead(file);
                using StreamReader reader = new(await PlainAsync(input, cancellation).ConfigureAwait(false));
                for (line = 1; await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } text; line++)
                {
                    if (string.IsNullOrWhiteSpace(text))
                    {
                        continue;
                    }

                    games++;
                    Take(text, check);
                }
            }
            catch (Exception e) when (e is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync(line == 0 ? $"cannot read {name}: {e.Message}" : $"{name}, line {line}: {e.Message}").ConfigureAwait(false);
                return 2;
            }
        }

        if (games == 0)
        {
            await error.WriteLineAsync("the input holds no games").ConfigureAwait(false);
            return 2;
        }

        return check ? _check.Report(output) : 0;
    }

    private void Take(string text, bool check)
    {
        RecordedGame game = RecordedGame.Read(text);
        Solution solution = new HonestSolver(new RecordedTrace(game.Game.Shape.MaxDepth)).Solve(game.Game);
        RecordedAnswer answer = new(solution.AgreesWithRoot ?? false, [.. solution.Actions.Select(RecordedAction.Of)]);
        if (check)
        {
            _check.Compare(game, answer);
        }
        else
        {
            output.WriteLine(answer.Line(game.Id));
        }
    }

    /// <summary>The decompressed stream where the first two bytes are those of gzip, else the stream itself.</summary>
    private static async Task<Stream> PlainAsync(Stream input, CancellationToken cancellation)
    {
        byte[] start = new byte[2];
        int length = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        Stream whole = new PrefixedStream(start.AsMemory(0, length), input);
        return start is [0x1f, 0x8b] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }
}
