using System.Security.Cryptography;
using System.Text;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.Ethereum;

namespace Gavel.Devnet;

/// <summary>
/// What the devnet's fault-proof programs ask for, fetched from an L1 and an L2 node. Lazy, as hosts of real programs are: a hint is kept, and is
/// acted on when a key is asked for that is not there yet; one hint may bring many values. Nothing is believed that a node says: what is kept
/// stands under the key computed from it. The local values come from <paramref name="claim"/>.
/// </summary>
/// <param name="claim">The dispute.</param>
/// <param name="l1">Asked for blocks and receipts by hash.</param>
/// <param name="l2">Asked for the block of the agreed output.</param>
/// <param name="cancellationToken">Ends a request that waits.</param>
public sealed class RollupPreimages(DisputedClaim claim, ChainReader l1, ChainReader l2, CancellationToken cancellationToken = default) : IPreimageSource
{
    /// <summary>The document that the second guest reads: where the inbox is.</summary>
    public static string RollupDocument { get; } = $"inbox {Hex.Encode(DevnetAddresses.BatchInbox.ToArray())}";

    private readonly Dictionary<Hash32, byte[]> _values = new(claim.ToPreimages());
    private readonly L1Chain _l1 = new(l1);
    private readonly AgreedOutput _agreed = new(l2, claim);
    private ProgramHint? _hint;

    /// <summary>The hints so far.</summary>
    public int Hints { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="PreimageException">The hint is unknown.</exception>
    public void Hint(ReadOnlySpan<byte> hint)
    {
        _hint = ProgramHint.Parse(hint);
        Hints++;
    }

    /// <inheritdoc/>
    /// <exception cref="PreimageException">No hint announced the key, or the nodes do not have what the hint names.</exception>
    public byte[] GetPreimage(Hash32 key)
    {
        if (_values.TryGetValue(key, out byte[]? value))
        {
            return value;
        }

        if (_hint is not { } hint)
        {
            throw new PreimageException($"preimage {key} was asked for, and no hint told what it is");
        }

        // The VM waits on a thread of its own.
        foreach (byte[] fetched in FetchAsync(hint).GetAwaiter().GetResult())
        {
            _values[KeyOf(hint, fetched)] = fetched;
        }

        return _values.TryGetValue(key, out value)
            ? value
            : throw new PreimageException($"preimage {key} was asked for, and the last hint, \"{hint}\", does not yield it");
    }

    private static Hash32 KeyOf(ProgramHint hint, byte[] value) =>
        hint.Name == ProgramHint.RollupDocument
            ? new Hash32(SHA256.HashData(value)).WithFirstByte((byte)PreimageKeyType.Sha256)
            : PreimageKey.Keccak(Keccak256.Hash(value));

    private async Task<IReadOnlyList<byte[]>> FetchAsync(ProgramHint hint)
    {
        try
        {
            return hint.Name switch
            {
                ProgramHint.L1BlockHeader => [await _l1.HeaderAsync(hint.Hash, cancellationToken).ConfigureAwait(false)],
                ProgramHint.L1Receipts => await _l1.ReceiptNodesAsync(hint.Hash, cancellationToken).ConfigureAwait(false),
                ProgramHint.AgreedOutput => [await _agreed.FindAsync(hint.Hash, cancellationToken).ConfigureAwait(false)],
                _ => [Encoding.ASCII.GetBytes(RollupDocument)],
            };
        }
        catch (Exception error) when (error is RpcException or MerkleProofException)
        {
            throw new PreimageException($"the hint \"{hint}\" cannot be answered: {error.Message}", error);
        }
    }
}
