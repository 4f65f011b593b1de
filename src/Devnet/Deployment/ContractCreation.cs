using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>Addresses of contracts that accounts create.</summary>
internal static class ContractCreation
{
    /// <summary>The address of what <paramref name="creator"/> creates with its transaction of the given nonce: the hash of both as RLP.</summary>
    public static Address AddressOf(Address creator, ulong nonce)
    {
        byte[] list = RlpWriter.EncodeList(items => items.Address(creator).UInt64(nonce));
        Hash32 hash = Keccak256.Hash(list);
        return new Address(Hash32.BytesOf(in hash)[12..]);
    }
}
