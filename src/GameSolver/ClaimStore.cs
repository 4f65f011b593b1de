namespace Gavel.GameSolver;

/// <summary>
/// Append-only claims with their child lists and an index by identity, shared by all games of one family. A game sees only the claims
/// below its count, and nothing of those is ever written again but links to later ones, so readers need no lock.
/// </summary>
internal sealed class ClaimStore
{
    private readonly Claim[] _claims;
    private readonly int[] _firstChild;
    private readonly int[] _lastChild;
    private readonly int[] _nextSibling;
    private readonly int[] _buckets; // index + 1 of the newest claim of each bucket
    private readonly int[] _sameBucket; // index + 1 of the claim before it
    private readonly Lock _gate = new();
    private int _count;

    private ClaimStore(int capacity)
    {
        _claims = new Claim[capacity];
        _firstChild = new int[capacity];
        _lastChild = new int[capacity];
        _nextSibling = new int[capacity];
        _sameBucket = new int[capacity];
        _buckets = new int[capacity];
    }

    public static ClaimStore Create(int claims) => new(Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)claims + 1)));

    public ref readonly Claim this[int index] => ref _claims[index];

    public int FirstChild(int index) => _firstChild[index] - 1;

    public int NextSibling(int index) => _nextSibling[index] - 1;

    /// <summary>The store that holds the first <paramref name="count"/> claims and one more: this one where it has room and no other future.</summary>
    public ClaimStore Extend(int count, in Claim claim)
    {
        lock (_gate)
        {
            if (_count == count && count < _claims.Length)
            {
                Append(in claim);
                return this;
            }
        }

        ClaimStore copy = Create(count + 1);
        for (int i = 0; i < count; i++)
        {
            copy.Append(in _claims[i]);
        }

        copy.Append(in claim);
        return copy;
    }

    public void Append(in Claim claim)
    {
        int index = _count;
        _claims[index] = claim with { CounteredBy = default };
        ref int bucket = ref _buckets[Bucket(claim.Id)];
        _sameBucket[index] = bucket;
        Volatile.Write(ref bucket, index + 1);
        if (!claim.IsRoot)
        {
            int parent = (int)claim.ParentIndex;
            int last = _lastChild[parent] - 1;
            _lastChild[parent] = index + 1;
            Volatile.Write(ref last < 0 ? ref _firstChild[parent] : ref _nextSibling[last], index + 1);
        }

        _count = index + 1;
    }

    /// <summary>The claim of an identity among the first <paramref name="count"/>, or -1.</summary>
    public int Find(in ClaimId id, int count)
    {
        for (int next = Volatile.Read(ref _buckets[Bucket(id)]); next != 0; next = _sameBucket[next - 1])
        {
            ref readonly Claim claim = ref _claims[next - 1];
            if (next <= count && claim.Position == id.Position && claim.ParentIndex == id.ParentIndex && claim.Value == id.Value)
            {
                return next - 1;
            }
        }

        return -1;
    }

    /// <summary>True when both hold the same first claims because they are one store.</summary>
    public bool IsSameUpTo(ClaimStore other, int count) => ReferenceEquals(this, other) && count <= _count;

    private int Bucket(ClaimId id) => id.GetHashCode() & (_buckets.Length - 1);
}
