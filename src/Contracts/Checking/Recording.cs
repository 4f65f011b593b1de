using System.Globalization;
using System.Text.Json;
using Gavel.Contracts.Simulation;

namespace Gavel.Contracts.Checking;

/// <summary>A file of recorded games: what a generation's contracts answered, as vectors/contracts/README.md describes it.</summary>
internal sealed record Recording(RecordingHeader Header, IReadOnlyList<RecordedGame> Games)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Reads a file of recorded games.</summary>
    /// <exception cref="RecordingException">It cannot be read, or is of another format; the message names file and line.</exception>
    public static Recording Read(string file)
    {
        RecordedLines lines = new(file);
        RecordingHeader? header = null;
        List<RecordedGame> games = [];
        foreach (JsonElement line in lines.Read())
        {
            if (header is null)
            {
                header = lines.Take(() => line.Deserialize<RecordingHeader>(Format));
                RequireGames(header, file);
            }
            else
            {
                games.Add(lines.Take(() => line.Deserialize<RecordedGame>(Format)!));
            }
        }

        return new Recording(header!, games);
    }

    private static void RequireGames(RecordingHeader? header, string file)
    {
        if (header?.Kind != "header" || header.Sets is null)
        {
            throw new RecordingException($"{file}, line 1 is not the header of a file of recorded games (kind \"header\", with sets)");
        }

        if (SimulationRules.Of(header.Generation) is null)
        {
            throw new RecordingException($"{file} records contracts of generation {header.Generation}; games of 1.2 to 2.x are simulated, no others");
        }
    }
}

/// <summary>What holds for all games of a file.</summary>
internal sealed record RecordingHeader(
    string Kind,
    string Generation,
    IReadOnlyList<string> Accounts,
    RecordedRoles Roles,
    IReadOnlyDictionary<string, string> Contracts,
    RecordedAnchor Anchor,
    RecordedConstants Constants,
    RecordedStart Start,
    IReadOnlyList<RecordedSet> Sets);

internal sealed record RecordedRoles(int Owner, int Guardian, int Proposer, int Challenger, int RejectsEther);

internal sealed record RecordedAnchor(string Root, string Number)
{
    public ulong Block => ulong.Parse(Number, CultureInfo.InvariantCulture);
}

internal sealed record RecordedConstants(
    ulong FinalityDelay, ulong WethDelay, ulong ProofMaturity, ulong L2ChainId, IReadOnlyDictionary<string, ulong> ChallengePeriods);

internal sealed record RecordedStart(ulong Block, ulong Time);

internal sealed record RecordedSet(
    uint Type,
    ulong MaxDepth,
    ulong SplitDepth,
    ulong ClockExtension,
    ulong MaxClock,
    string Oracle,
    ulong ChallengePeriod,
    string InitBond,
    string Vm,
    string AbsolutePrestate,
    bool Permissioned)
{
    /// <summary>The VM's name among the header's contracts.</summary>
    public string VmName => Vm == "mips" ? Vm : Vm + Oracle;
}

internal sealed record RecordedGame(string Id, string Profile, uint Type, string Game, IReadOnlyList<RecordedAction> Actions);

/// <summary>One transaction and what came of it.</summary>
internal sealed record RecordedAction(
    ulong Dt,
    int From,
    string To,
    string Fn,
    string Data,
    string? Value,
    bool Ok,
    string? Revert,
    IReadOnlyList<RecordedLog>? Logs,
    string? Game,
    RecordedVmRun? Vm,
    RecordedLocal? Local,
    IReadOnlyList<JsonElement>? Clocks,
    RecordedChange? State);

internal sealed record RecordedLog(string A, IReadOnlyList<string> T, string D);

internal sealed record RecordedVmRun(string Context, string? Result, string? Revert);

internal sealed record RecordedLocal(ulong Ident, string Context, string Word, ulong Size, ulong Offset, string Key, string Part, ulong Length);

/// <summary>What an action changed: new values, of balances the difference.</summary>
internal sealed record RecordedChange(
    ulong? Status,
    ulong? Len,
    ulong? ResolvedAt,
    ulong? Mode,
    bool? Paused,
    bool? BlockChallenged,
    string? BlockChallenger,
    string? Anchor,
    IReadOnlyDictionary<string, string>? Claims,
    IReadOnlyList<int>? Resolved,
    IReadOnlyDictionary<string, string>? Checkpoints,
    IReadOnlyDictionary<string, string>? Credit,
    IReadOnlyDictionary<string, string>? Normal,
    IReadOnlyDictionary<string, string>? Refund,
    IReadOnlyDictionary<string, bool>? Unlocked,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Weth,
    IReadOnlyDictionary<string, string>? Balances);
