using System.Collections.Concurrent;
using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>
/// What is read once per implementation and not once per game: a game's depths, clocks and bonds, and, of older games, what belongs to the
/// chain; once per VM, its oracle and challenge period. Only what was read without any trouble is kept.
/// </summary>
internal sealed class ImplementationCache(ChainReader client)
{
    private readonly ConcurrentDictionary<Address, (GameParameters Parameters, ChainConstants? Chain)> _implementations = new();
    private readonly ConcurrentDictionary<Address, (Address Oracle, ulong ChallengePeriod)> _vms = new();

    /// <summary>Forgets all: after a reorganisation another contract may stand at an address.</summary>
    public void Forget()
    {
        _implementations.Clear();
        _vms.Clear();
    }

    public (GameParameters Parameters, ChainConstants? Chain)? Find(Address implementation) =>
        _implementations.TryGetValue(implementation, out (GameParameters, ChainConstants?) found) ? found : null;

    public (Address Oracle, ulong ChallengePeriod)? FindVm(Address vm) => _vms.TryGetValue(vm, out (Address, ulong) found) ? found : null;

    /// <summary>Reads those implementations that are not known yet.</summary>
    public async Task LearnAsync(IEnumerable<Address> implementations, BlockRef at, CancellationToken cancellationToken)
    {
        Address[] unknown = [.. implementations.Distinct().Where(implementation => !_implementations.ContainsKey(implementation))];
        ReadBatch batch = new(client, at);
        (Address Address, GameConstants Constants)[] reads = [.. unknown.Select(address => (address, new GameConstants(batch, address)))];
        await batch.RunAsync(cancellationToken);
        (Address Address, GameConstants Constants)[] sound = [.. reads.Where(read => read.Constants.Trouble is null)];
        foreach ((_, GameConstants constants) in sound)
        {
            constants.AddBonds(batch);
        }

        await batch.RunAsync(cancellationToken);
        foreach ((Address address, GameConstants constants) in sound.Where(read => read.Constants.Trouble is null))
        {
            _implementations[address] = (constants.ToParameters(), constants.ChainTrouble is null ? constants.Chain : null);
        }
    }

    /// <summary>Reads oracle and challenge period of those VMs that are not known yet.</summary>
    /// <returns>Why one is still not known, by VM.</returns>
    public async Task<IReadOnlyDictionary<Address, ReadTrouble>> LearnVmsAsync(IEnumerable<Address> vms, BlockRef at, CancellationToken cancellationToken)
    {
        Address[] unknown = [.. vms.Distinct().Where(vm => !_vms.ContainsKey(vm))];
        ReadBatch batch = new(client, at);
        (Address Vm, Read<Address> Oracle)[] oracles = [.. unknown.Select(vm => (vm, batch.Address<OracleFunction>(vm, optional: true)))];
        await batch.RunAsync(cancellationToken);
        (Address Vm, Read<Address> Oracle, Read<ulong> Period)[] periods = [.. oracles.Where(read => read.Oracle.HasValue)
            .Select(read => (read.Vm, read.Oracle, PreimageOracle.MaybeChallengePeriod(batch, read.Oracle.Value)))];
        await batch.RunAsync(cancellationToken);
        Dictionary<Address, ReadTrouble> troubles = oracles.Where(read => !read.Oracle.HasValue).ToDictionary(read => read.Vm, read => ReadTrouble.Of(read.Oracle)!);
        foreach ((Address vm, Read<Address> oracle, Read<ulong> period) in periods)
        {
            if (ReadTrouble.Of(period) is { } trouble)
            {
                troubles[vm] = trouble;
            }
            else
            {
                _vms[vm] = (oracle.Value, period.Value);
            }
        }

        return troubles;
    }
}
