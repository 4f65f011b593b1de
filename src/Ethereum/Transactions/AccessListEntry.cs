namespace Gavel.Ethereum;

/// <summary>An account and slots of it that a transaction announces (EIP-2930). Equal where the slots are, in the same order.</summary>
public sealed record AccessListEntry(Address Address, IReadOnlyList<Hash32> Slots)
{
    /// <inheritdoc/>
    public bool Equals(AccessListEntry? other) => other is not null && Address == other.Address && Slots.SequenceEqual(other.Slots);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Slots.Count);
}
