using Gavel.Ethereum;
using Nethereum.Contracts;

namespace Gavel.Devnet;

/// <summary>Plans contracts that stand behind proxies of one admin, the package's own.</summary>
internal sealed class UpgradeableContracts
{
    private static readonly DevnetAccount Owner = DevnetAccounts.Owner;

    private readonly DeploymentPlan _plan;
    private readonly ContractArtifact _proxy;

    /// <summary>Begins with the admin, whom <see cref="DevnetAccounts.Owner"/> commands.</summary>
    public UpgradeableContracts(NpmPackages packages, DeploymentPlan plan)
    {
        _plan = plan;
        _proxy = ContractArtifact.FromPackage(packages, "Proxy");
        Admin = plan.Create(Owner, "ProxyAdmin", ContractArtifact.FromPackage(packages, "ProxyAdmin"), ("address", Owner.Address));
    }

    /// <summary>The admin of the proxies.</summary>
    public Address Admin { get; }

    /// <summary>Adds an empty proxy, so that others can name it before it has an implementation.</summary>
    public Address AddProxy(string name) => _plan.Create(Owner, $"the proxy of {name}", _proxy, ("address", Admin));

    /// <summary>Adds an implementation, puts it behind a proxy and initialises it there.</summary>
    public void Implement<TMessage>(Address proxy, string name, ContractArtifact artifact, TMessage initialize, params (string Type, object Value)[] arguments)
        where TMessage : FunctionMessage, new()
    {
        Address implementation = _plan.Create(Owner, name, artifact, arguments);
        _plan.Call(Owner, Admin, $"initialise {name}", StrictAbi.Encode(
            new UpgradeAndCallFunction { Proxy = proxy.ToAbi(), Implementation = implementation.ToAbi(), Call = StrictAbi.Encode(initialize) }));
    }
}
