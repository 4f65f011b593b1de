using System.Buffers.Binary;
using System.Numerics;
using System.Reflection;
using System.Runtime.Intrinsics.X86;

namespace Gavel.Cannon;

/// <summary>Methods that translated code calls; the runtime's compiler turns nearly all into one instruction.</summary>
internal static class KnownMethods
{
    public static readonly MethodInfo Swap2 = ((Func<ushort, ushort>)BinaryPrimitives.ReverseEndianness).Method;
    public static readonly MethodInfo Swap4 = ((Func<uint, uint>)BinaryPrimitives.ReverseEndianness).Method;
    public static readonly MethodInfo Swap8 = ((Func<ulong, ulong>)BinaryPrimitives.ReverseEndianness).Method;
    public static readonly MethodInfo RotateRight = ((Func<ulong, int, ulong>)BitOperations.RotateRight).Method;
    public static readonly MethodInfo LeadingZeros4 = ((Func<uint, int>)BitOperations.LeadingZeroCount).Method;
    public static readonly MethodInfo LeadingZeros8 = ((Func<ulong, int>)BitOperations.LeadingZeroCount).Method;

    /// <summary>The upper half of an unsigned product.</summary>
    public static readonly MethodInfo MultiplyHigh = Bmi2.X64.IsSupported
        ? ((Func<ulong, ulong, ulong>)Bmi2.X64.MultiplyNoFlags).Method
        : ((Func<ulong, ulong, ulong>)HighOfProduct).Method;

    public static readonly MethodInfo LoadWordLeft = Unaligned(nameof(UnalignedAccess.LoadWordLeft));
    public static readonly MethodInfo LoadWordRight = Unaligned(nameof(UnalignedAccess.LoadWordRight));
    public static readonly MethodInfo LoadDoubleLeft = Unaligned(nameof(UnalignedAccess.LoadDoubleLeft));
    public static readonly MethodInfo LoadDoubleRight = Unaligned(nameof(UnalignedAccess.LoadDoubleRight));
    public static readonly MethodInfo StoreWordLeft = Unaligned(nameof(UnalignedAccess.StoreWordLeft));
    public static readonly MethodInfo StoreWordRight = Unaligned(nameof(UnalignedAccess.StoreWordRight));
    public static readonly MethodInfo StoreDoubleLeft = Unaligned(nameof(UnalignedAccess.StoreDoubleLeft));
    public static readonly MethodInfo StoreDoubleRight = Unaligned(nameof(UnalignedAccess.StoreDoubleRight));

    private static ulong HighOfProduct(ulong left, ulong right) => Math.BigMul(left, right, out _);

    private static MethodInfo Unaligned(string name) => typeof(UnalignedAccess).GetMethod(name)!;
}
