using Gavel.Contracts.Messages;

namespace Gavel.Contracts;

/// <summary>
/// The reads of whether a system is paused. From 1.6 on the registry tells it. Before, only the bond store is stopped, and what it is configured by is asked, in
/// two steps and only where something could be withdrawn: its SystemConfig where it has one (a store that was upgraded under old games), else its
/// SuperchainConfig. A store that does not tell is taken for one that pays.
/// </summary>
internal sealed class PauseReads
{
    private readonly GameRules _rules;
    private Read<Address>? _system;
    private Read<Address>? _superchain;
    private Read<bool>? _paused;

    /// <summary>Adds what the registry tells.</summary>
    public PauseReads(ReadBatch batch, GameRules rules)
    {
        _rules = rules;
        if (rules.RuleSet.RegistryTellsPause)
        {
            _paused = batch.Flag<PausedFunction>(rules.AnchorStateRegistry);
        }
    }

    /// <summary>Whether it is paused.</summary>
    public bool IsPaused => _paused is { HasValue: true, Value: true };

    /// <summary>Asks the bond store, where the registry does not tell, by what it is configured.</summary>
    public void AddConfig(ReadBatch batch)
    {
        if (!_rules.RuleSet.RegistryTellsPause)
        {
            _system = batch.Address<SystemConfigFunction>(_rules.Weth, optional: true);
            _superchain = batch.Address<ConfigFunction>(_rules.Weth, optional: true);
        }
    }

    /// <summary>Asks that.</summary>
    public void AddPaused(ReadBatch batch)
    {
        if ((_system is { HasValue: true } ? _system : _superchain) is { HasValue: true } config)
        {
            _paused = batch.Flag<PausedFunction>(config.Value, optional: true);
        }
    }
}
