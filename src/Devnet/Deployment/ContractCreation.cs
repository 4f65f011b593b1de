using Nethereum.Util;

namespace Gavel.Devnet;

/// <summary>Addresses of contracts that accounts create.</summary>
internal static class ContractCreation
{
    /// <summary>The address of what <paramref name="creator"/> creates with its transaction of the given nonce: the hash of both as RLP.</summary>
    public static Address AddressOf(Address creator, ulong nonce) =>
        Address.Parse(ContractUtils.CalculateContractAddress(creator.ToString(), nonce));
}
