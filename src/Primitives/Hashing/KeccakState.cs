using System.Runtime.CompilerServices;

namespace Gavel.Primitives;

/// <summary>The 25 lanes of Keccak-f[1600] in the order x + 5y; with vectors, one state in each element.</summary>
[InlineArray(Lanes)]
internal struct KeccakState<T>
    where T : struct
{
    public const int Lanes = 25;

    private T _first;
}
