using Gavel.Ethereum;

namespace Gavel.Contracts.Simulation;

/// <summary>What surrounds the games: the guardian's pause, the registry's (or portal's) decisions, the anchor, and the bond store.</summary>
internal sealed class SimulatedSystem(SimulationRules rules, SystemTerms terms)
{
    private readonly Dictionary<Address, ulong> _pausedAt = [];
    private readonly HashSet<Address> _blacklist = [];
    private readonly Dictionary<uint, (Hash32 Root, UInt256 Block)> _anchors = [];
    private bool _isPaused;
    private uint _respected = terms.RespectedGameType;
    private ulong _retiredUpTo;

    /// <summary>Time of the block, seconds.</summary>
    public ulong Now { get; set; }

    public SimulationRules Rules => rules;

    public SystemTerms Terms => terms;

    /// <summary>What a game has unlocked for a recipient: wei, and when last.</summary>
    public Dictionary<(Address Game, Address Recipient), (UInt256 Amount, ulong Time)> Withdrawals { get; } = [];

    public uint RespectedType => _respected;

    /// <summary>Whether bonds are not paid: all chains are paused, or (where one can be) this one.</summary>
    public bool IsPaused => rules.PausesByChain ? IsPausedFor(Address.Zero) || IsPausedFor(terms.Portal) : _isPaused;

    /// <summary>Where games of a type start: one anchor for all, or one for each type.</summary>
    public (Hash32 Root, UInt256 Block) AnchorOf(uint type) => _anchors.TryGetValue(rules.ClosesGames ? 0 : type, out (Hash32, UInt256) anchor) ? anchor : terms.Anchor;

    /// <summary>Whether a closed game's bonds are paid as it was resolved.</summary>
    public bool IsProper(SimulatedGame game) =>
        !_blacklist.Contains(game.Address) && game.CreatedAt > _retiredUpTo && !(rules.PausesByChain && IsPaused);

    public bool IsFinal(SimulatedGame game) => game.ResolvedAt != 0 && Now - game.ResolvedAt > terms.FinalityDelay;

    /// <summary>Makes a game of a valid, newer claim the anchor; false for any other.</summary>
    public bool TryMoveAnchor(SimulatedGame game)
    {
        bool isValid = IsProper(game) && game.WasRespected && IsFinal(game) && game.Status == GameSolver.GameStatus.DefenderWins && game.Block > AnchorOf(0).Block;
        if (isValid)
        {
            _anchors[0] = (game.Root, game.Block);
        }

        return isValid;
    }

    /// <summary>Before games were closed: a resolved game's claim becomes its type's anchor if it is valid and newer.</summary>
    public void Resolved(SimulatedGame game)
    {
        if (game.Status == GameSolver.GameStatus.DefenderWins && game.Block > AnchorOf(game.Type).Block)
        {
            _anchors[game.Type] = (game.Root, game.Block);
        }
    }

    /// <summary>Starts the delay of a recipient's withdrawal anew.</summary>
    public void Unlock(Address game, Address recipient, UInt256 amount) =>
        Withdrawals[(game, recipient)] = (Withdrawals.GetValueOrDefault((game, recipient)).Amount + amount, Now);

    /// <summary>Refuses a withdrawal that the bond store refuses.</summary>
    public void RequireWithdrawal(Address game, Address recipient, UInt256 amount)
    {
        (UInt256 unlocked, ulong time) = Withdrawals.GetValueOrDefault((game, recipient));
        string? trouble = IsPaused ? "contract is paused"
            : unlocked < amount ? "insufficient unlocked withdrawal"
            : time == 0 ? "withdrawal not unlocked"
            : time + terms.WethDelay > Now ? "withdrawal delay not met"
            : null;
        if (trouble is not null)
        {
            throw SimulatedRevert.Text($"DelayedWETH: {trouble}");
        }
    }

    /// <summary>Takes a withdrawal that is not refused.</summary>
    public void Withdraw(Address game, Address recipient, UInt256 amount)
    {
        (UInt256 unlocked, ulong time) = Withdrawals[(game, recipient)];
        Withdrawals[(game, recipient)] = (unlocked - amount, time);
    }

    /// <summary>A call of the superchain's configuration.</summary>
    public void Superchain(Address from, ReadOnlySpan<byte> data)
    {
        CallWords call = new(data);
        string name = call.Function is { } function ? NameOf(function) : "";
        if (rules.PausesByChain && name is "pause(address)" or "unpause(address)")
        {
            call.Require(1);
            Require(from, "SuperchainConfig_OnlyGuardian");
            if (name == "unpause(address)")
            {
                _pausedAt.Remove(call.AddressAt(0));
            }
            else if (!_pausedAt.TryAdd(call.AddressAt(0), Now))
            {
                throw SimulatedRevert.Of("SuperchainConfig_AlreadyPaused(address)", call.Bytes32(0));
            }

            return;
        }

        if (rules.PausesByChain || name is not ("pause(string)" or "unpause()"))
        {
            throw SimulatedRevert.Empty();
        }

        bool pauses = name == "pause(string)";
        if (from != terms.Guardian)
        {
            throw SimulatedRevert.Text($"SuperchainConfig: only guardian can {(pauses ? "pause" : "unpause")}");
        }

        _isPaused = pauses;
    }

    /// <summary>A call of what decides which games count: the registry, before it the portal.</summary>
    public void Decide(Address from, ReadOnlySpan<byte> data)
    {
        CallWords call = new(data);
        string name = call.Function is { } function ? NameOf(function) : "";
        string unauthorized = rules.RegistryDecides ? "AnchorStateRegistry_Unauthorized" : "Unauthorized";
        switch (name)
        {
            case "blacklistDisputeGame(address)":
                call.Require(1);
                Require(from, unauthorized);
                _blacklist.Add(call.AddressAt(0));
                break;
            case "setRespectedGameType(uint32)":
                call.Require(1);
                Require(from, unauthorized);
                uint type = (uint)(ulong)call.Number(0);
                if (!rules.RegistryDecides && rules.ClosesGames && type == uint.MaxValue)
                {
                    _retiredUpTo = Now;
                    break;
                }

                _respected = type;
                break;
            case "updateRetirementTimestamp()" when rules.RegistryDecides:
                Require(from, unauthorized);
                _retiredUpTo = Now;
                break;
            default:
                throw SimulatedRevert.Empty();
        }
    }

    private static string NameOf(Selector selector) => Named.FirstOrDefault(name => Selector.Of(name) == selector) ?? "";

    private static readonly string[] Named =
    [
        "pause(address)", "unpause(address)", "pause(string)", "unpause()", "blacklistDisputeGame(address)", "setRespectedGameType(uint32)",
        "updateRetirementTimestamp()",
    ];

    private bool IsPausedFor(Address identifier) => _pausedAt.TryGetValue(identifier, out ulong time) && time + terms.PauseExpiry > Now;

    private void Require(Address from, string error)
    {
        if (from != terms.Guardian)
        {
            throw SimulatedRevert.Of(error);
        }
    }
}

/// <summary>What the contracts around the games were made with; times in seconds.</summary>
internal sealed record SystemTerms(
    Address Guardian, Address Portal, (Hash32 Root, UInt256 Block) Anchor, uint RespectedGameType, ulong FinalityDelay, ulong WethDelay, ulong L2ChainId)
{
    /// <summary>An account that refuses ether, as a contract without a receiving function does.</summary>
    public Address RejectsEther { get; init; }

    /// <summary>Seconds after which a pause ends by itself.</summary>
    public ulong PauseExpiry { get; } = 7_884_000;
}
