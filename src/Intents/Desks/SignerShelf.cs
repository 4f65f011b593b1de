using System.Collections.Concurrent;
using Gavel.Chains;
using Gavel.Ethereum;

namespace Gavel.Intents;

/// <summary>
/// The signers of the configured chains, each made once and kept to the end, however often its chain is set up anew: a key that comes from a pipe
/// cannot be read again. Safe for many threads, as long as each chain is asked for by one at a time.
/// </summary>
public sealed class SignerShelf : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ISigner> _signers = [];
    private readonly ConcurrentDictionary<string, Address> _addresses = [];

    /// <summary>A chain's signer.</summary>
    /// <exception cref="AccountException">A key, file or variable is missing or malformed. The message never holds a secret.</exception>
    /// <exception cref="FormatException">Not exactly one source of a key is configured, or an address is malformed.</exception>
    public async Task<ISigner> SignerOfAsync(ChainOptions chain)
    {
        if (!_signers.TryGetValue(chain.Name, out ISigner? signer))
        {
            signer = await Task.Run(() => Signers.Of(chain.Account)); // a pipe may keep it waiting
            _signers[chain.Name] = signer;
        }

        return signer;
    }

    /// <summary>The address of a chain that signs nothing: its key is let go at once.</summary>
    /// <exception cref="AccountException">A key, file or variable is missing or malformed. The message never holds a secret.</exception>
    /// <exception cref="FormatException">Not exactly one source of a key is configured, or an address is malformed.</exception>
    public async Task<Address> AddressOfAsync(ChainOptions chain)
    {
        if (!_addresses.TryGetValue(chain.Name, out Address address))
        {
            ISigner signer = await Task.Run(() => Signers.Of(chain.Account));
            address = signer.Address;
            await Signers.ReleaseAsync(signer);
            _addresses[chain.Name] = address;
        }

        return address;
    }

    /// <summary>A chain signs with another's signer of the same account from here on; its own is let go.</summary>
    public async Task ShareAsync(ChainOptions chain, ISigner shared)
    {
        if (_signers.TryGetValue(chain.Name, out ISigner? own) && own != shared)
        {
            _signers[chain.Name] = shared;
            await Signers.ReleaseAsync(own);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (ISigner signer in _signers.Values.Distinct())
        {
            await Signers.ReleaseAsync(signer);
        }
    }
}
