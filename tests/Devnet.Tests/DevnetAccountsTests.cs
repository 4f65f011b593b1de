using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Devnet.Tests;

/// <summary>The accounts are those of the mnemonic, and their keys and addresses belong together.</summary>
public sealed class DevnetAccountsTests
{
    [Fact]
    public async Task Accounts_AreThoseThatAnvilDerivesFromTheMnemonic()
    {
        await using LocalDevnet devnet = await LocalDevnet.StartAsync();
        JsonElement accounts = await devnet.L1.Rpc.RequestAsync(new RpcRequest("eth_accounts"), default);
        Assert.Equal(
            accounts.EnumerateArray().Select(account => Address.Parse(account.GetString()!)),
            DevnetAccounts.All.Select(account => account.Address));
    }

    [Fact]
    public async Task Signers_SignForTheirAddresses()
    {
        foreach (DevnetAccount account in DevnetAccounts.All)
        {
            SignedTransaction signed = await account.Signer.SignAsync(
                new Eip1559Transaction { ChainId = 900, Nonce = 0, MaxFeePerGas = 1, MaxPriorityFeePerGas = 1, GasLimit = 21000, To = Address.Zero }, default);
            Assert.Equal(account.Address, signed.Sender);
        }
    }
}
