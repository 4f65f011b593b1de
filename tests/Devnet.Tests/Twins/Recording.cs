using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>A file of recorded games: what a generation's contracts answered, as vectors/contracts/README.md describes it.</summary>
internal sealed record Recording(RecordingHeader Header, IReadOnlyList<RecordedGame> Games)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNameCaseInsensitive = true };

    public static Recording Read(string file)
    {
        using StreamReader lines = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        RecordingHeader header = JsonSerializer.Deserialize<RecordingHeader>(lines.ReadLine()!, Format)!;
        List<RecordedGame> games = [];
        while (lines.ReadLine() is { } line)
        {
            games.Add(JsonSerializer.Deserialize<RecordedGame>(line, Format)!);
        }

        return new Recording(header, games);
    }
}

/// <summary>What holds for all games of a file.</summary>
internal sealed record RecordingHeader(
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
