using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;

namespace Gavel.Primitives.Tests.Values;

/// <summary>Every operation of the 256-bit number against the runtime's unbounded integer: the same answer, or overflow where that leaves the range.</summary>
public sealed class UInt256Tests
{
    private static readonly BigInteger Limit = BigInteger.One << 256;

    /// <summary>Numbers near powers of two, where limbs carry, and random ones of any width.</summary>
    private static readonly Gen<BigInteger> Numbers = Gen.OneOf(
        from bit in Gen.Choose(0, 256)
        from off in Gen.Choose(-2, 2)
        select BigInteger.Min(Limit - 1, BigInteger.Max(0, (BigInteger.One << bit) + off)),
        from width in Gen.Choose(0, 32)
        from bytes in Gen.Choose(0, 255).ArrayOf(width)
        select new BigInteger(Array.ConvertAll(bytes, static b => (byte)b), isUnsigned: true));

    [Fact]
    [Trait("Scale", "full")]
    public void Operations_agree_with_unbounded_integers() => Check((left, right) =>
    {
        UInt256 a = UInt256.FromBigInteger(left);
        UInt256 b = UInt256.FromBigInteger(right);
        Assert.Equal(left, a.ToBigInteger());
        Same(left + right, () => a + b);
        Same(left - right, () => a - b);
        Same(left * right, () => a * b);
        if (right.IsZero)
        {
            Assert.Throws<DivideByZeroException>(() => a / b);
            Assert.Throws<DivideByZeroException>(() => a % b);
        }
        else
        {
            Same(left / right, () => a / b);
            Same(left % right, () => a % b);
        }

        Assert.Equal(left.CompareTo(right), a.CompareTo(b));
        Assert.Equal(left < right, a < b);
        Assert.Equal(left >= right, a >= b);
        Assert.Equal(left == right, a == b);
        Assert.Equal(left.ToString(System.Globalization.CultureInfo.InvariantCulture), a.ToString());
        Assert.Equal(a, UInt256.Parse(a.ToString()));
        Assert.Equal(a, UInt256.ParseHex(a.ToQuantity()));
        Assert.Equal(a, Hash32.FromUInt256(a).ToUInt256());
        Assert.Equal(a, new UInt256(a.ToMinimalBigEndian()));
        Assert.Equal(left <= ulong.MaxValue, a.TryToUInt64(out ulong low));
        Assert.Equal((ulong)(left & ulong.MaxValue), low);
    });

    [Theory]
    [InlineData("from-wei", "1234567890123456789012345678")]
    [InlineData("to-hex", "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    public async Task Text_agrees_with_cast(string command, string number)
    {
        string answer = await NpmTool.CastAsync(command, number);
        UInt256 value = UInt256.Parse(number);
        Assert.Equal(answer, command == "to-hex" ? value.ToQuantity() : $"{value / Ether}.{(value % Ether).ToBigInteger():D18}");
    }

    private static UInt256 Ether => 1_000_000_000_000_000_000;

    private static void Same(BigInteger expected, Func<UInt256> operation)
    {
        if (expected.Sign < 0 || expected >= Limit)
        {
            Assert.Throws<OverflowException>(() => operation());
        }
        else
        {
            Assert.Equal(expected, operation().ToBigInteger());
        }
    }

    private static void Check(Action<BigInteger, BigInteger> rule) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(2_000, 100_000)).WithReplay(20_261_121, 3),
        Prop.ForAll(Numbers.ToArbitrary(), Numbers.ToArbitrary(), rule));
}
