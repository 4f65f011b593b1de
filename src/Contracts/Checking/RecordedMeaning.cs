using System.Globalization;
using System.Text.Json.Nodes;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Checking;

/// <summary>Recorded answers of contracts, read by the product's readers and held against what they were decoded to when they were recorded.</summary>
internal sealed class RecordedMeaning
{
    private const string Credit = "0xd5d44d80";
    private const string Refund = "0xc0d8bb74";
    private const string Unlocked = "0x222abf45";
    private const string ClaimData = "0xc6f0308c";
    private const string Resolved = "0xfe2bbeb2";

    private static readonly string[] ClaimParts = ["parentIndex", "counteredBy", "claimant", "bond", "claim", "position", "clock"];

    private readonly RecordedAnswers _recorded;
    private readonly List<string> _differences = [];
    private int _games;
    private int _foreign;
    private int _states;
    private int _claims;

    private RecordedMeaning(RecordedAnswers recorded) => _recorded = recorded;

    /// <summary>Reads every game at every recorded moment.</summary>
    /// <exception cref="RecordingException">The file cannot be read, or is of another format.</exception>
    public static ContractCheck Check(string file)
    {
        RecordedMeaning meaning = new(new RecordedAnswers(file));
        for (meaning._recorded.Now = 0; meaning._recorded.Now < meaning._recorded.Moments.Count; meaning._recorded.Now++)
        {
            try
            {
                meaning.AtMomentAsync().GetAwaiter().GetResult(); // the node answers at once
            }
            catch (Exception e) // whatever a strange file leads to
            {
                throw new RecordingException($"{file}, moment {meaning._recorded.Moments[meaning._recorded.Now].Name}: {e.Message}", e);
            }
        }

        return new ContractCheck(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{meaning._recorded.Header["generation"]}: {meaning._games} games and {meaning._foreign} of kinds that are not played, read {meaning._states} times at {meaning._recorded.Moments.Count} moments, {meaning._claims} claims"),
            meaning._differences);
    }

    /// <summary>What never changes of one game, as it was read, against what was recorded by now.</summary>
    public static IReadOnlyList<string> DifferencesOf(RecordedAnswers recorded, GameMetadata game)
    {
        RecordedMeaning meaning = new(recorded);
        meaning.Rules(game);
        return meaning._differences;
    }

    private async Task AtMomentAsync()
    {
        BlockRef at = BlockRef.At(_recorded.Moments[_recorded.Now].Hash);
        GameReader reader = new(new ChainReader(_recorded), _recorded.Contract("portal"));
        IReadOnlyList<ListedGame> listed = await reader.ListAsync(_recorded.Factory, 0, at, default).ConfigureAwait(false);
        IReadOnlyList<GameMetadata> all = await reader.MetadataAsync([.. listed.Where(game => _recorded.WasRead(Key(game.Game)))], at, default).ConfigureAwait(false);
        GameMetadata[] known = [.. all.Where(game => game.Rules is not null)];
        (_games, _foreign) = (known.Length, all.Count - known.Length);
        foreach (GameMetadata game in known)
        {
            Rules(game);
            Address[] recipients = [.. _recorded.CallsOf(Key(game.Game), Credit).Select(data => Address.Parse($"0x{data[^40..]}"))];
            State(game, (await reader.StatesAsync([game], recipients, at, default).ConfigureAwait(false))[0]);
            _states++;
        }
    }

    /// <summary>Compares what never changes of a game.</summary>
    private void Rules(GameMetadata game)
    {
        GameRules rules = game.Rules!;
        Of(game, "version", "0x54fd4d50", game.Version);
        Of(game, "root claim", "0xbcef3b55", $"{game.RootClaim}");
        Of(game, "L1 head", "0x6361506d", $"{game.L1Head}");
        Of(game, "block", "0x8b85902b", $"{game.L2BlockNumber}");
        Of(game, "creator", "0x37b1b229", Key(game.Creator));
        Of(game, "maximum depth", "0xfa315aa9", $"{rules.MaxDepth}");
        Of(game, "split depth", "0xec5e6308", $"{rules.SplitDepth}");
        Of(game, "clock", "0xdabd396d", $"{rules.Clock.MaxDuration}");
        Of(game, "clock extension", "0x6b6716c0", $"{rules.Clock.Extension}");
        Of(game, "absolute prestate", "0x8d450a95", $"{rules.AbsolutePrestate}");
        Of(game, "VM", "0x3a768463", Key(rules.Vm));
        Of(game, "bond store", "0x3fc8cef3", Key(rules.Weth));
        Of(game, "anchor registry", "0x5c0cba33", Key(rules.AnchorStateRegistry));
        Of(game, "L2 chain id", "0xd6ae3cd5", $"{rules.L2ChainId}");
        Of(game, "starting block", "0x70872aa5", $"{rules.StartingBlockNumber}");
        Of(game, "starting output root", "0x25fc2ace", $"{rules.StartingOutputRoot}");
        Of(game, "challenger", "0x534db0e2", rules.Permitted is { } permitted ? Key(permitted.Challenger) : null);
    }

    private void State(GameMetadata game, GameState state)
    {
        Of(game, "status", "0x200d2ed2", $"{(int)state.Status}");
        Of(game, "number of claims", "0x8980e0cc", $"{state.Claims.Count}");
        Of(game, "block challenger", "0x30dbe570", Key(state.L2BlockNumberChallenger));
        Equal(game, "bond mode", Text(game, "0x378dd48c") ?? "1", $"{(int)state.BondMode}"); // those without modes pay as in the normal one
        for (int i = 0; i < state.Claims.Count; i++)
        {
            Claim(game, state, i);
        }

        foreach ((Address account, GameCredit credit) in state.Credits)
        {
            string word = Key(account)[2..].PadLeft(64, '0');
            Of(game, $"credit of {account}", Credit + word, $"{credit.Owed}");
            Equal(game, $"refund of {account}", Text(game, Refund + word) ?? "0", $"{credit.Refundable}");
            if (state.Status != GameStatus.InProgress && Text(game, Unlocked + word) is { } unlocked)
            {
                Equal(game, $"unlocked credit of {account}", unlocked, Flag(credit.IsUnlocked));
            }
        }

        Standing(game, state);
    }

    private void Claim(GameMetadata game, GameState state, int index)
    {
        Claim claim = state.Claims[index];
        JsonNode? said = _recorded.Value(Key(game.Game), $"{ClaimData}{index:x64}");
        string ours = string.Join(' ', claim.ParentIndex, Key(claim.CounteredBy), Key(claim.Claimant), claim.Bond, claim.Value, claim.Position.GIndex, ((UInt128)claim.Clock.Duration << 64) | claim.Clock.Timestamp);
        Equal(game, $"claim {index}", said is null ? null : string.Join(' ', ClaimParts.Select(part => said[part])), ours);
        Of(game, $"resolved subgame {index}", $"{Resolved}{index:x64}", Flag(state.Resolved[index]));
        _claims++;
    }

    // What the guardian holds of it, where its generation keeps that.
    private void Standing(GameMetadata game, GameState state)
    {
        string word = Key(game.Game)[2..].PadLeft(64, '0');
        RuleSet rules = game.Rules!.RuleSet;
        bool isProper = !rules.IsClosed || Said("asr", $"0x496b9c16{word}");
        bool isRefused = rules.RegistryTellsPause ? Said("asr", "0x5c975abb") : Said("superchainConfig", "0x5c975abb");

        // A store that nobody draws on is not asked whether it is paused.
        bool isAsked = rules.RegistryTellsPause || (state.Credits.Values.Any(credit => !credit.Owed.IsZero) && (!rules.IsClosed || state.Status != GameStatus.InProgress));
        Equal(game, "pause", Flag(isRefused && isAsked), Flag(state.IsPaused));
        GameStanding standing = rules.Guardian == GuardianPlace.Portal
            ? new GameStanding(
                OfPortal("respectedGameType()") == game.GameType, Said("portal", $"{Selector.Of("disputeGameBlacklist(address)")}{word}"), OfPortal("respectedGameTypeUpdatedAt()") > game.CreatedAt)
            : new GameStanding(
                Said("asr", $"{Selector.Of("isGameRespected(address)")}{word}"), Said("asr", $"{Selector.Of("isGameBlacklisted(address)")}{word}"), Said("asr", $"{Selector.Of("isGameRetired(address)")}{word}"));
        Equal(game, "standing", $"{standing}", $"{state.Standing}");

        // A pause makes no game improper for good.
        Equal(game, "whether it is proper", Flag(isProper || (rules.RegistryTellsPause && isRefused && !standing.IsBlacklisted && !standing.IsRetired)), Flag(state.IsProper));
        JsonNode? anchor = _recorded.Value(Key(_recorded.Contract("asr")), $"{Selector.Of("getAnchorRoot()")}");
        bool isBeyond = rules.IsClosed && UInt256.Parse($"{anchor!.AsObject().Select(part => part.Value).Last()}") < game.L2BlockNumber;
        Equal(
            game,
            "whether it moves the anchor",
            Flag(isBeyond && state is { Status: GameStatus.DefenderWins, BondMode: BondDistributionMode.Undecided } && standing is { IsRespected: true, IsBlacklisted: false, IsRetired: false }),
            Flag(state.MovesAnchor));

        bool Said(string contract, string data) => _recorded.Value(Key(_recorded.Contract(contract)), data)!.GetValue<bool>();

        ulong OfPortal(string function) => ulong.Parse($"{_recorded.Value(Key(_recorded.Contract("portal")), $"{Selector.Of(function)}")}", CultureInfo.InvariantCulture);
    }

    private void Of(GameMetadata game, string what, string data, string? ours) => Equal(game, what, Text(game, data), ours);

    private void Equal(GameMetadata game, string what, string? recorded, string? ours)
    {
        if (recorded != ours)
        {
            _differences.Add($"game {game.Game} at moment {_recorded.Moments[_recorded.Now].Name}: {what} is {ours ?? "not there"}, not {recorded ?? "refused"}");
        }
    }

    private string? Text(GameMetadata game, string data) => _recorded.Value(Key(game.Game), data)?.ToString() switch { "True" => "true", "False" => "false", var text => text };

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Key(Address address) => address.ToString().ToLowerInvariant();
}
