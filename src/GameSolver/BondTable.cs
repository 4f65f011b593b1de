using System.Numerics;

namespace Gavel.GameSolver;

/// <summary>
/// The bond in wei that a move to each depth needs. What is sent must be the contract's own answer (<c>getRequiredBond</c>), read by the
/// caller; <see cref="Computed"/> restates the contract's formula for forecasts.
/// </summary>
public sealed class BondTable : IEquatable<BondTable>
{
    private const int BaseGas = 400_000;
    private const int GasRatio = 750; // 300,000,000 gas at the maximum depth, over the base
    private const long WeiPerGas = 200_000_000_000;
    private static readonly BigInteger Wad = FixedPoint.One;
    private readonly UInt256[] _byDepth;

    /// <summary>From the bond at each depth, 0 to the maximum depth.</summary>
    /// <exception cref="ArgumentException">There is no depth, or more than 127.</exception>
    public BondTable(IEnumerable<UInt256> byDepth)
    {
        _byDepth = [.. byDepth];
        if (_byDepth.Length is 0 or > Position.MaxDepth + 1)
        {
            throw new ArgumentException($"a bond table has 1 to {Position.MaxDepth + 1} depths, not {_byDepth.Length}", nameof(byDepth));
        }
    }

    /// <summary>The deepest move the table prices.</summary>
    public int MaxDepth => _byDepth.Length - 1;

    /// <summary>Wei for a move to a depth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is negative or beyond the maximum.</exception>
    public UInt256 this[int depth]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(depth);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
            return _byDepth[depth];
        }
    }

    /// <summary>
    /// The contract's formula: 200 gwei x gas, gas = 400,000 x 750^(depth / maxDepth), in fixed point of 18 digits with every step rounded
    /// down: first the factor of one level, exp(ln(750) / maxDepth), then its power, exp(ln(factor) x depth)
    /// (<c>FaultDisputeGame.getRequiredBond</c>).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum depth is not 1 … 126.</exception>
    public static BondTable Computed(int maxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, Position.MaxDepth);
        return new BondTable(Formula(maxDepth));
    }

    /// <inheritdoc/>
    public bool Equals(BondTable? other) => other is not null && _byDepth.AsSpan().SequenceEqual(other._byDepth);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BondTable);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_byDepth.Length, _byDepth[^1]);

    private static IEnumerable<UInt256> Formula(int maxDepth)
    {
        BigInteger root = Wad * Wad / (maxDepth * Wad);
        BigInteger factor = FixedPoint.Exp(FixedPoint.Ln(GasRatio * Wad) * root / Wad);
        BigInteger logarithm = FixedPoint.Ln(factor);
        for (int depth = 0; depth <= maxDepth; depth++)
        {
            BigInteger gas = BaseGas * FixedPoint.Exp(logarithm * depth) / Wad;
            yield return UInt256.FromBigInteger(gas * WeiPerGas);
        }
    }
}
