namespace Gavel.Ethereum;

/// <summary>A transaction of type 2 with its signature: what goes to a node, and the hash that it will be known by.</summary>
public sealed class SignedTransaction
{
    private SignedTransaction(Eip1559Transaction transaction, Signature signature, byte[] raw, Address sender)
    {
        Transaction = transaction;
        Signature = signature;
        Raw = raw;
        Hash = Keccak256.Hash(raw);
        Sender = sender;
    }

    /// <summary>The fields.</summary>
    public Eip1559Transaction Transaction { get; }

    /// <summary>The signature over <see cref="Eip1559Transaction.SigningHash"/>.</summary>
    public Signature Signature { get; }

    /// <summary>The bytes for <c>eth_sendRawTransaction</c>.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The transaction's hash.</summary>
    public Hash32 Hash { get; }

    /// <summary>Who signed, recovered from the signature.</summary>
    public Address Sender { get; }

    /// <summary>Puts a signature to a transaction.</summary>
    /// <exception cref="TransactionException">No key can have made the signature.</exception>
    public static SignedTransaction Of(Eip1559Transaction transaction, Signature signature) =>
        Checked(transaction, signature, transaction.Encode(signature));

    /// <summary>Reads a signed transaction of type 2 in its canonical form.</summary>
    /// <exception cref="TransactionException">Another type, malformed or not canonical bytes, or a signature that no key can have made.</exception>
    public static SignedTransaction Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty || raw[0] != Eip1559Transaction.Type)
        {
            throw new TransactionException(
                raw.IsEmpty ? "no bytes where a signed transaction was expected" : $"transaction type 0x{raw[0]:x2} where 0x02 was expected");
        }

        try
        {
            RlpReader fields = RlpReader.OfList(raw[1..]);
            Eip1559Transaction transaction = new()
            {
                ChainId = fields.ReadUInt64(),
                Nonce = fields.ReadUInt64(),
                MaxPriorityFeePerGas = fields.ReadUInt256(),
                MaxFeePerGas = fields.ReadUInt256(),
                GasLimit = fields.ReadUInt64(),
                To = fields.ReadAddressOrNone(),
                Value = fields.ReadUInt256(),
                Data = fields.ReadBytes().ToArray(),
                AccessList = ReadAccessList(fields.ReadList()),
            };
            ulong parity = fields.ReadUInt64();
            Signature signature = new(fields.ReadUInt256(), fields.ReadUInt256(), parity == 1);
            fields.End();
            return parity <= 1
                ? Checked(transaction, signature, raw.ToArray())
                : throw new TransactionException($"the y-parity of the signature is {parity}; it is 0 or 1");
        }
        catch (RlpException e)
        {
            throw new TransactionException($"not a signed transaction of type 2: {e.Message} (after the type byte)", e);
        }
    }

    private static SignedTransaction Checked(Eip1559Transaction transaction, Signature signature, byte[] raw) =>
        signature.Recover(transaction.SigningHash()) is { } sender
            ? new SignedTransaction(transaction, signature, raw, sender)
            : throw new TransactionException("no key can have made the signature (r or s out of range or s in the upper half, EIP-2)");

    private static List<AccessListEntry> ReadAccessList(RlpReader list)
    {
        List<AccessListEntry> entries = [];
        while (!list.IsAtEnd)
        {
            RlpReader entry = list.ReadList();
            Address address = entry.ReadAddress();
            RlpReader slots = entry.ReadList();
            entry.End();
            List<Hash32> read = [];
            while (!slots.IsAtEnd)
            {
                read.Add(slots.ReadHash32());
            }

            entries.Add(new AccessListEntry(address, read));
        }

        return entries;
    }
}
