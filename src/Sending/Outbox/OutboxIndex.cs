using System.Diagnostics.CodeAnalysis;

namespace Gavel.Sending;

/// <summary>The entries of a journal in memory, by id, by key and by what the sender asks for at every poll. Not safe for many threads.</summary>
internal sealed class OutboxIndex
{
    private readonly SortedDictionary<ulong, OutboxEntry> _byId = [];
    private readonly Dictionary<byte[], ulong> _byKey = new(KeyComparer.Instance);
    private readonly SortedSet<ulong> _open = [];
    private readonly SortedSet<(ulong Block, ulong Id)> _mined = [];
    private readonly SortedSet<(DateTimeOffset At, ulong Id)> _lastExpense = [];
    private readonly Dictionary<Address, ulong> _nextNonce = [];

    public ulong NextId { get; private set; } = 1;

    public int Count => _byId.Count;

    public IEnumerable<OutboxEntry> Entries => _byId.Values;

    /// <summary>The entries that are not final, by id.</summary>
    public IEnumerable<OutboxEntry> Open => _open.Select(id => _byId[id]);

    /// <summary>The nonce after the greatest that was ever signed, for each account.</summary>
    public IReadOnlyDictionary<Address, ulong> NextNonces => _nextNonce;

    public void Begin(ulong nextId) => NextId = Math.Max(NextId, nextId);

    public void Add(OutboxEntry entry)
    {
        byte[] key = entry.Intent.Key.ToArray();
        if (_byId.ContainsKey(entry.Id) || !_byKey.TryAdd(key, entry.Id))
        {
            throw new OutboxException(OutboxFault.BadTransition, $"entry {entry.Id} or its key is there twice");
        }

        Put(entry);
        NextId = Math.Max(NextId, checked(entry.Id + 1));
    }

    public OutboxEntry Get(ulong id) =>
        _byId.TryGetValue(id, out OutboxEntry? entry) ? entry : throw new OutboxException(OutboxFault.BadTransition, $"there is no entry {id}");

    public bool TryFind(ReadOnlyMemory<byte> key, [NotNullWhen(true)] out OutboxEntry? entry)
    {
        entry = _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key.Span, out ulong id) ? _byId[id] : null;
        return entry is not null;
    }

    public void Change(ulong id, OutboxChange change) => Put(Get(id).Apply(change));

    public void Restore(OutboxEntry entry) => Put(entry);

    public void Remove(OutboxEntry entry)
    {
        Take(entry.Id);
        _byKey.Remove(entry.Intent.Key.ToArray());
    }

    /// <summary>A nonce of an account is spent or held, and with it all below.</summary>
    public void SignedUpTo(Address account, ulong nonce) =>
        _nextNonce[account] = Math.Max(_nextNonce.GetValueOrDefault(account), checked(nonce + 1));

    /// <summary>Final entries mined in a block or later.</summary>
    public IEnumerable<OutboxEntry> MinedFrom(ulong block) => _mined.GetViewBetween((block, 0), (ulong.MaxValue, ulong.MaxValue)).Select(at => _byId[at.Id]);

    /// <summary>Wei that was recorded as spent after a time.</summary>
    public UInt256 SpentSince(DateTimeOffset since)
    {
        UInt256 sum = UInt256.Zero;
        foreach ((_, ulong id) in _lastExpense.GetViewBetween((since, 0), (DateTimeOffset.MaxValue, ulong.MaxValue)))
        {
            foreach (Expense expense in _byId[id].Expenses)
            {
                sum = expense.At > since ? sum + expense.Wei : sum;
            }
        }

        return sum;
    }

    private void Put(OutboxEntry entry)
    {
        Take(entry.Id);
        _byId[entry.Id] = entry;
        if (!entry.IsFinal)
        {
            _open.Add(entry.Id);
        }
        else if (entry.Mined is { } mined)
        {
            _mined.Add((mined.BlockNumber, entry.Id));
        }

        if (!entry.Expenses.IsEmpty)
        {
            _lastExpense.Add((entry.Expenses[^1].At, entry.Id));
        }

        if (entry.Nonce is ulong nonce)
        {
            SignedUpTo(entry.Attempts[0].Account, nonce);
        }
    }

    private void Take(ulong id)
    {
        if (!_byId.Remove(id, out OutboxEntry? entry))
        {
            return;
        }

        _open.Remove(id);
        if (entry.Mined is { } mined)
        {
            _mined.Remove((mined.BlockNumber, id));
        }

        if (!entry.Expenses.IsEmpty)
        {
            _lastExpense.Remove((entry.Expenses[^1].At, id));
        }
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
