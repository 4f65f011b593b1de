using Gavel.Ethereum;
using Nethereum.ABI;

namespace Gavel.Devnet;

/// <summary>One transaction of the deployment.</summary>
/// <param name="Name">What it does, for errors.</param>
/// <param name="From">Its sender.</param>
/// <param name="Nonce">The sender's nonce.</param>
/// <param name="To">Its target; null for a creation.</param>
/// <param name="Data">Call data or creation code.</param>
/// <param name="Creates">The address of the contract it creates.</param>
internal sealed record DeploymentStep(string Name, DevnetAccount From, ulong Nonce, Address? To, byte[] Data, Address? Creates);

/// <summary>
/// Transactions of known senders and nonces, so that the address of every contract is known before anything is sent: the order of
/// construction does not bind, and all can be sent at once.
/// </summary>
internal sealed class DeploymentPlan
{
    private readonly Dictionary<DevnetAccount, ulong> _nonces = [];
    private readonly List<DeploymentStep> _steps = [];

    /// <summary>The transactions in the order in which they were added.</summary>
    public IReadOnlyList<DeploymentStep> Steps => _steps;

    /// <summary>Adds a creation and gives the address; the constructor's arguments are given with their ABI types.</summary>
    public Address Create(DevnetAccount from, string name, ContractArtifact artifact, params (string Type, object Value)[] arguments)
    {
        ulong nonce = NextNonce(from);
        Address address = ContractCreation.AddressOf(from.Address, nonce);
        byte[] data = [.. artifact.CreationCode, .. new ABIEncode().GetABIEncoded([.. arguments.Select(Abi)])];
        _steps.Add(new DeploymentStep($"create {name}", from, nonce, null, data, address));
        return address;
    }

    /// <summary>Adds a call.</summary>
    public void Call(DevnetAccount from, Address to, string name, byte[] data) =>
        _steps.Add(new DeploymentStep(name, from, NextNonce(from), to, data, null));

    private static ABIValue Abi((string Type, object Value) argument) => new(argument.Type, argument.Value switch
    {
        Address address => address.ToAbi(),
        Hash32 hash => hash.ToAbi(),
        UInt256 number => number.ToAbi(),
        object value => value,
    });

    private ulong NextNonce(DevnetAccount from)
    {
        ulong nonce = _nonces.GetValueOrDefault(from);
        _nonces[from] = nonce + 1;
        return nonce;
    }
}
