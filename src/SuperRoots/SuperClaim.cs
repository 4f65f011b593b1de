namespace Gavel.SuperRoots;

/// <summary>What a claim above the split stands for.</summary>
public enum SuperClaimKind
{
    /// <summary>A super root.</summary>
    Root,

    /// <summary>A state between two super roots.</summary>
    Transition,

    /// <summary>That the game's L1 head does not support a state here.</summary>
    Invalid,
}

/// <summary>The value of a claim above the split together with the bytes whose keccak it is: where it becomes the agreed one, the program is given the bytes. Equal by value.</summary>
public sealed class SuperClaim : IEquatable<SuperClaim>
{
    private SuperClaim(SuperClaimKind kind, Hash32 value, ReadOnlyMemory<byte> preimage) => (Kind, Value, Preimage) = (kind, value, preimage);

    /// <summary>That there is no state here: the seven letters <c>invalid</c>.</summary>
    public static SuperClaim Invalid { get; } = new(SuperClaimKind.Invalid, Keccak256.Hash("invalid"u8), "invalid"u8.ToArray());

    /// <summary>What it stands for.</summary>
    public SuperClaimKind Kind { get; }

    /// <summary>The claim value: keccak of the preimage.</summary>
    public Hash32 Value { get; }

    /// <summary>The bytes themselves.</summary>
    public ReadOnlyMemory<byte> Preimage { get; }

    /// <summary>Of a super root.</summary>
    public static SuperClaim Of(SuperRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return new(SuperClaimKind.Root, root.Hash, root.Encoding);
    }

    /// <summary>Of a state between two.</summary>
    public static SuperClaim Of(TransitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(SuperClaimKind.Transition, state.Hash, state.Encoding);
    }

    /// <summary>Of the preimage itself, as an execution game's agreed bytes have it.</summary>
    /// <exception cref="SuperFormatException">The bytes are neither the word <c>invalid</c> nor an encoding of ours.</exception>
    public static SuperClaim Decode(ReadOnlySpan<byte> preimage) =>
        preimage.SequenceEqual(Invalid.Preimage.Span) ? Invalid
        : preimage is [TransitionState.Version, ..] ? Of(TransitionState.Decode(preimage))
        : Of(SuperRoot.Decode(preimage));

    /// <inheritdoc/>
    public bool Equals(SuperClaim? other) => other is not null && Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SuperClaim);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Kind and value.</summary>
    public override string ToString() => $"{Kind} {Value}";
}
