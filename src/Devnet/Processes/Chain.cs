using System.Globalization;
using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>One of the two chains: its address, a client, and when its node ended.</summary>
internal sealed record Chain(string Url, ChainReader Client, Task Ended)
{
    /// <summary>Starts it and adds what must be stopped to <paramref name="parts"/>.</summary>
    public static async Task<Chain> StartAsync(
        NpmPackages packages,
        DevnetOptions options,
        ulong chainId,
        IEnumerable<string> arguments,
        Stack<IAsyncDisposable> parts,
        CancellationToken cancellationToken)
    {
        List<string> all =
        [
            "--chain-id", chainId.ToString(CultureInfo.InvariantCulture),
            "--mnemonic", DevnetAccounts.Mnemonic,
            "--balance", options.BalanceEther.ToString(CultureInfo.InvariantCulture),
            .. arguments,
        ];
        if (options.GenesisTime is { } time)
        {
            all.AddRange(["--timestamp", time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)]);
        }

        AnvilProcess anvil = await AnvilProcess.StartAsync(packages.Anvil, all, cancellationToken).ConfigureAwait(false);
        RpcEndpoint endpoint = new(EndpointUrl.Parse(anvil.Url));
        lock (parts)
        {
            parts.Push(anvil);
            parts.Push(endpoint);
        }

        return new Chain(anvil.Url, new ChainReader(endpoint), anvil.Ended);
    }
}
