using System.Diagnostics.CodeAnalysis;

namespace Gavel.Sending;

/// <summary>The entries of a journal in memory, by id and by key. Not safe for many threads.</summary>
internal sealed class OutboxIndex
{
    private readonly SortedDictionary<ulong, OutboxEntry> _byId = [];
    private readonly Dictionary<byte[], ulong> _byKey = new(KeyComparer.Instance);

    public ulong NextId { get; private set; } = 1;

    public int Count => _byId.Count;

    public IEnumerable<OutboxEntry> Entries => _byId.Values;

    public void Begin(ulong nextId) => NextId = Math.Max(NextId, nextId);

    public void Add(OutboxEntry entry)
    {
        byte[] key = entry.Intent.Key.ToArray();
        if (_byId.ContainsKey(entry.Id) || !_byKey.TryAdd(key, entry.Id))
        {
            throw new OutboxException(OutboxFault.BadTransition, $"entry {entry.Id} or its key is there twice");
        }

        _byId.Add(entry.Id, entry);
        NextId = Math.Max(NextId, checked(entry.Id + 1));
    }

    public OutboxEntry Get(ulong id) =>
        _byId.TryGetValue(id, out OutboxEntry? entry) ? entry : throw new OutboxException(OutboxFault.BadTransition, $"there is no entry {id}");

    public bool TryFind(ReadOnlyMemory<byte> key, [NotNullWhen(true)] out OutboxEntry? entry)
    {
        entry = _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key.Span, out ulong id) ? _byId[id] : null;
        return entry is not null;
    }

    public OutboxEntry Change(ulong id, OutboxChange change) => _byId[id] = Get(id).Apply(change);

    public void Restore(OutboxEntry entry) => _byId[entry.Id] = entry;

    public void Remove(OutboxEntry entry)
    {
        _byId.Remove(entry.Id);
        _byKey.Remove(entry.Intent.Key.ToArray());
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
