using System.Runtime.Intrinsics.X86;

namespace Gavel.Primitives;

/// <summary>A way of hashing pairs; they differ in speed alone.</summary>
internal enum KeccakKernel
{
    /// <summary>One pair at a time; runs everywhere.</summary>
    Portable,

    /// <summary>Four pairs at a time with AVX2.</summary>
    Avx2,

    /// <summary>Four pairs at a time with AVX-512VL.</summary>
    Avx512Vl,

    /// <summary>Eight pairs at a time with AVX-512, the rest with AVX-512VL.</summary>
    Avx512,
}

/// <summary>Which kernels this processor has (and the runtime's switches such as <c>DOTNET_EnableAVX512</c> leave).</summary>
internal static class KeccakKernels
{
    /// <summary>The fastest one that is supported.</summary>
    public static KeccakKernel Best { get; } =
        IsSupported(KeccakKernel.Avx512) ? KeccakKernel.Avx512
        : IsSupported(KeccakKernel.Avx2) ? KeccakKernel.Avx2
        : KeccakKernel.Portable;

    public static bool IsSupported(KeccakKernel kernel) => kernel switch
    {
        KeccakKernel.Portable => true,
        KeccakKernel.Avx2 => Avx2.IsSupported,
        KeccakKernel.Avx512Vl => Avx512F.VL.IsSupported,
        KeccakKernel.Avx512 => Avx512F.IsSupported && Avx512F.VL.IsSupported,
        _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "no such kernel"),
    };

    /// <summary>Hashes pairs with this kernel. Writes no parent before all children of its group are read.</summary>
    /// <exception cref="PlatformNotSupportedException">The processor lacks it.</exception>
    public static void HashPairs(KeccakKernel kernel, ReadOnlySpan<Hash32> children, Span<Hash32> parents)
    {
        if (!IsSupported(kernel))
        {
            throw new PlatformNotSupportedException($"this processor lacks {kernel}");
        }

        switch (kernel)
        {
            case KeccakKernel.Portable:
                PortablePairs.Hash(children, parents);
                break;
            case KeccakKernel.Avx2:
                FourPairs<Avx2Lanes>.Hash(children, parents);
                break;
            case KeccakKernel.Avx512Vl:
                FourPairs<Avx512VlLanes>.Hash(children, parents);
                break;
            default:
                EightPairs.Hash(children, parents);
                break;
        }
    }
}
