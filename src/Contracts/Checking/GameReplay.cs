using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Gavel.Contracts.Simulation;
using Gavel.Ethereum;
using Gavel.GameSolver;

namespace Gavel.Contracts.Checking;

/// <summary>
/// Does in simulation what a recorded game did on contracts, transaction by transaction, and compares result, revert data, what VM and oracle were
/// asked, clocks, and the whole state.
/// </summary>
internal sealed class GameReplay
{
    // Balances are recorded as differences; every watched account begins with this.
    private static readonly BigInteger s_balance = BigInteger.Pow(10, 30);

    private readonly RecordingHeader _header;
    private readonly RecordedGame _recorded;
    private readonly SimulatedSystem _system;
    private readonly Address[] _accounts;
    private readonly Dictionary<Address, BigInteger> _balances;
    private readonly RecordedState _expected;
    private readonly List<string> _differences = [];
    private SimulatedGame? _game;

    public GameReplay(RecordingHeader header, RecordedGame recorded)
    {
        _header = header;
        _recorded = recorded;
        _accounts = [.. header.Accounts.Select(Address.Parse)];
        RecordedConstants constants = header.Constants;
        SystemTerms terms = new(
            _accounts[header.Roles.Guardian],
            Contract("portal"),
            (Hash32.Parse(header.Anchor.Root), header.Anchor.Block),
            RespectedGameType: 0,
            constants.FinalityDelay,
            constants.WethDelay,
            constants.L2ChainId)
        {
            RejectsEther = _accounts[header.Roles.RejectsEther],
        };
        _system = new SimulatedSystem(SimulationRules.Of(header.Generation)!, terms) { Now = header.Start.Time };
        _balances = RecordedState.Watched.ToDictionary(account => _accounts[account], _ => s_balance);
        _expected = new RecordedState(header.Anchor, [.. RecordedState.Watched.Select(_ => s_balance)]);
    }

    /// <summary>Plays the game up to its first action with differences, and gives them; none when all is equal.</summary>
    public IReadOnlyList<string> Run()
    {
        for (int index = 0; index < _recorded.Actions.Count; index++)
        {
            RecordedAction action = _recorded.Actions[index];
            Act(action);
            if (_differences.Count > 0)
            {
                return [.. _differences.Select(difference => $"game {_recorded.Id}, action {index} ({action.Fn}): {difference}")];
            }
        }

        return [];
    }

    private void Act(RecordedAction action)
    {
        _system.Now += action.Dt;
        Address from = _accounts[action.From];
        UInt256 value = action.Value is null ? UInt256.Zero : UInt256.Parse(action.Value);
        string outcome = "success";
        try
        {
            Send(action, from, Hex.Decode(action.Data), value);
            Change(from, -value.ToBigInteger());
        }
        catch (SimulatedRevert revert)
        {
            outcome = Named(revert.RevertData);
        }

        Compare("result", action.Ok ? "success" : Named(Hex.Decode(action.Revert!)), outcome);
        if (action.State is { } change)
        {
            _expected.Apply(change);
        }

        _differences.AddRange(_expected.Differences(word => word, [.. Words()]));
        if (action.Local is { } local)
        {
            CompareLocal(local);
        }

        foreach (JsonElement entry in action.Clocks ?? [])
        {
            CompareClocks(entry);
        }
    }

    private void Send(RecordedAction action, Address from, byte[] data, UInt256 value)
    {
        switch (action.To)
        {
            case "game" when _game is not null:
                _game.Vm = context => AnswerOf(action, context);
                if (_game.Call(from, data, value) is { } paid)
                {
                    Change(paid.Recipient, paid.Amount.ToBigInteger());
                }

                break;
            case "factory":
                Create(action, from, data, value);
                break;
            case "superchainConfig":
                _system.Superchain(from, data);
                break;
            case "asr" when new CallWords(data).Function == Selector.Of("setAnchorState(address)"):
                SetAnchor(from);
                break;
            case "asr" when _system.Rules.RegistryDecides:
            case "portal" when !_system.Rules.RegistryDecides:
                _system.Decide(from, data);
                break;
            default:
                throw SimulatedRevert.Empty();
        }
    }

    private void Create(RecordedAction action, Address from, byte[] data, UInt256 value)
    {
        CallWords call = new(data);
        uint type = (uint)(ulong)call.Number(0);
        RecordedSet? set = _header.Sets.FirstOrDefault(one => one.Type == type);
        if (set is null)
        {
            throw SimulatedRevert.Of("NoImplementation(uint32)", call.Bytes32(0));
        }

        Throw.If(value != UInt256.Parse(set.InitBond), "IncorrectBondAmount");
        ReadOnlySpan<byte> extraData = call.Bytes(2);
        Hash32 id = IdOf(call.Bytes32(0), call.Bytes32(1), extraData);
        bool exists = _game is not null && type == _game.Type && call.Bytes32(1) == _game.Root && extraData.Length == Hash32.Size
            && new Hash32(extraData).ToUInt256() == _game.Block;
        if (exists && _system.Rules.LooksForTheSameFirst)
        {
            throw SimulatedRevert.Of("GameAlreadyExists(bytes32)", id);
        }

        (Address, Address)? permitted = set.Permissioned ? (_accounts[_header.Roles.Proposer], _accounts[_header.Roles.Challenger]) : null;
        GameTerms terms = new(
            type, (int)set.MaxDepth, (int)set.SplitDepth, set.ClockExtension, set.MaxClock, set.ChallengePeriod, Hash32.Parse(set.AbsolutePrestate), permitted);
        SimulatedGame made = SimulatedGame.Create(_system, terms, from, call.Bytes32(1), extraData, value);
        if (exists)
        {
            throw SimulatedRevert.Of("GameAlreadyExists(bytes32)", id);
        }

        made.Address = Address.Parse(action.Game ?? _recorded.Game);
        _game = made;
    }

    private void SetAnchor(Address from)
    {
        if (!_system.Rules.ClosesGames)
        {
            throw !_system.Rules.HasSetAnchor ? SimulatedRevert.Empty() : from == _system.Terms.Guardian
                ? SimulatedRevert.Of("InvalidGameStatus") : SimulatedRevert.Of("Unauthorized");
        }

        Throw.If(_game is null || !_system.TryMoveAnchor(_game), "AnchorStateRegistry_InvalidAnchorGame");
    }

    private Hash32 AnswerOf(RecordedAction action, Hash32 context)
    {
        if (action.Vm is not { } run)
        {
            _differences.Add("the simulated game runs the VM, the recorded one did not");
            throw SimulatedRevert.Empty();
        }

        Compare("local context of the VM", run.Context, context.ToString());
        return run.Revert is { } revert ? throw new SimulatedRevert(Hex.Decode(revert)) : Hash32.Parse(run.Result!);
    }

    // The L1 head is the recording chain's own: what holds it is compared in its length alone.
    private void CompareLocal(RecordedLocal local)
    {
        if (_game?.Local is not { } ours)
        {
            _differences.Add("the simulated game gives nothing to the oracle");
            return;
        }

        Compare("ident of local data", $"{local.Ident}", $"{ours.Ident}");
        Compare("context of local data", local.Context, ours.Context.ToString());
        Compare("key of local data", local.Key, LocalContext.Localize(ours.Ident, _game.Address, ours.Context).ToString());
        Compare("size of local data", $"{local.Size} at {local.Offset}, {local.Length}", $"{ours.Size} at {ours.Offset}, {ours.Size}");
        if (ours.Ident != 1)
        {
            Compare("local data", local.Word, ours.Word.ToString());
        }
    }

    private void CompareClocks(JsonElement entry)
    {
        ulong time = _system.Now + entry[0].GetUInt64();
        JsonElement[] expected = entry[1].ValueKind == JsonValueKind.Array ? [.. entry[1].EnumerateArray()] : [entry[1]];
        for (int claim = 0; claim < expected.Length; claim++)
        {
            string ours;
            try
            {
                ours = _game!.ChallengerDuration(claim, time).ToString(CultureInfo.InvariantCulture);
            }
            catch (SimulatedRevert revert)
            {
                ours = Named(revert.RevertData);
            }

            string recorded = expected[claim].ValueKind == JsonValueKind.String ? Named(Hex.Decode(expected[claim].GetString()!)) : expected[claim].ToString();
            Compare($"clock of claim {claim} after {entry[0]} s", recorded, ours);
        }
    }

    private IEnumerable<string> Words()
    {
        (Hash32 root, UInt256 block) = _system.AnchorOf(_recorded.Type);
        yield return Number((ulong)(_game?.Status ?? GameStatus.InProgress));
        yield return Number((ulong)(_game?.Claims.Count ?? 0));
        yield return Number(_game?.ResolvedAt ?? 0);
        yield return Number((ulong)(_game?.Payout.Mode ?? BondDistributionMode.Undecided));
        yield return Number(_system.IsPaused ? 1UL : 0);
        yield return Number(_game?.BlockChallenger.IsZero == false ? 1UL : 0);
        yield return Of(_game?.BlockChallenger ?? Address.Zero);
        yield return root.ToString()[2..];
        yield return Number(block.ToBigInteger());
        foreach (SimulatedClaim claim in _game?.Claims ?? [])
        {
            yield return Number(claim.ParentIndex);
            yield return Of(claim.CounteredBy);
            yield return Of(claim.Claimant);
            yield return Number(claim.Bond.ToBigInteger());
            yield return claim.Value.ToString()[2..];
            yield return Number(claim.Position.GIndex);
            yield return Number(claim.Clock.Pack());
            yield return Number(claim.IsResolved ? 1UL : 0);
            yield return Number(claim.Checkpoint is null ? 0UL : 1);
            yield return Number(claim.Checkpoint is { } at ? (ulong)at.NextChild : 0);
            yield return Number(claim.Checkpoint?.Leftmost ?? 0);
            yield return Of(claim.Checkpoint?.Leader ?? Address.Zero);
        }

        foreach (int index in RecordedState.Watched)
        {
            Address account = _accounts[index];
            bool hasModes = _system.Rules.ClosesGames;
            (UInt256 amount, ulong time) = _game is null ? default : _system.Withdrawals.GetValueOrDefault((_game.Address, account));
            yield return Number(_game?.Payout.Credit(account).ToBigInteger() ?? 0);
            yield return Number(hasModes ? _game?.Payout.NormalCredit(account).ToBigInteger() ?? 0 : 0);
            yield return Number(hasModes ? _game?.Payout.RefundCredit(account).ToBigInteger() ?? 0 : 0);
            yield return Number(_game?.Payout.IsUnlocked(account) == true ? 1UL : 0);
            yield return Number(amount.ToBigInteger());
            yield return Number(time);
            yield return Number(_balances[account]);
        }
    }

    private void Change(Address account, BigInteger difference)
    {
        if (_balances.TryGetValue(account, out BigInteger balance))
        {
            _balances[account] = balance + difference;
        }
    }

    private void Compare(string what, string expected, string actual)
    {
        if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
        {
            _differences.Add($"{what} is {actual}, not {expected}");
        }
    }

    private Address Contract(string name) => _header.Contracts.TryGetValue(name, out string? address) ? Address.Parse(address) : Address.Zero;

    private static string Named(byte[] revertData) => $"{DisputeErrors.Decoder.Decode(revertData)} {Hex.Encode(revertData)}";

    private static Hash32 IdOf(Hash32 type, Hash32 root, ReadOnlySpan<byte> extraData)
    {
        byte[] padded = new byte[(extraData.Length + Hash32.Size - 1) / Hash32.Size * Hash32.Size];
        extraData.CopyTo(padded);
        return Keccak256.Hash(
            [.. type.ToArray(), .. root.ToArray(), .. Hash32.FromUInt256(96).ToArray(), .. Hash32.FromUInt256((ulong)extraData.Length).ToArray(), .. padded]);
    }

    private static string Of(Address address) => Hex.Encode(address.ToArray())[2..].PadLeft(64, '0');

    private static string Number(BigInteger number) => RecordedState.Word(number);
}
