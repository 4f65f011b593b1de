using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Gavel.TestKit.Judges;

/// <summary>A second opinion on the keys that BIP-39 and BIP-32 derive.</summary>
public static class Bip32Judge
{
    private const uint Hardened = 0x8000_0000;

    /// <summary>The master key (32 bytes) and its chain code (32 bytes) of a phrase in its plain form.</summary>
    public static byte[] Master(string phrase, string passphrase = "")
    {
        byte[] seed = Rfc2898DeriveBytes.Pbkdf2(phrase, Encoding.UTF8.GetBytes("mnemonic" + passphrase), 2048, HashAlgorithmName.SHA512, 64);
        return HMACSHA512.HashData("Bitcoin seed"u8, seed);
    }

    /// <summary>The key and chain code one step further.</summary>
    public static byte[] Child(byte[] node, uint index, bool hardened)
    {
        byte[] input = new byte[37];
        if (hardened)
        {
            node.AsSpan(0, 32).CopyTo(input.AsSpan(1));
        }
        else
        {
            byte[] point = Secp256k1Judge.PublicKeyOf(node[..32]);
            input[0] = (byte)(2 + (point[63] & 1));
            point.AsSpan(0, 32).CopyTo(input.AsSpan(1));
        }

        BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(33), hardened ? index | Hardened : index);
        byte[] child = HMACSHA512.HashData(node.AsSpan(32), input);
        ulong[] parent = new ulong[ModN.Limbs], tweak = new ulong[ModN.Limbs];
        ModN.Read(node, parent);
        ModN.Read(child, tweak);
        ModN.Add(parent, tweak, parent);
        ModN.Write(parent, child);
        return child;
    }
}
