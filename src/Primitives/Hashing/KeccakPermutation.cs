using System.Runtime.CompilerServices;

namespace Gavel.Primitives;

/// <summary>
/// Keccak-f[1600] (Keccak reference 3.0, section 1.2), written once for every width of lane. The whole state lives in locals, and rho and pi
/// run in place: a second set of 25 locals would have to be spilled.
/// </summary>
internal static class KeccakPermutation<T, TLanes>
    where T : struct
    where TLanes : struct, IKeccakLanes<T>
{
    // Optimised at once: the first, unoptimised tier would be many times slower than the plain loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref KeccakState<T> state)
    {
        T a0 = state[0];
        T a1 = state[1];
        T a2 = state[2];
        T a3 = state[3];
        T a4 = state[4];
        T a5 = state[5];
        T a6 = state[6];
        T a7 = state[7];
        T a8 = state[8];
        T a9 = state[9];
        T a10 = state[10];
        T a11 = state[11];
        T a12 = state[12];
        T a13 = state[13];
        T a14 = state[14];
        T a15 = state[15];
        T a16 = state[16];
        T a17 = state[17];
        T a18 = state[18];
        T a19 = state[19];
        T a20 = state[20];
        T a21 = state[21];
        T a22 = state[22];
        T a23 = state[23];
        T a24 = state[24];
        foreach (ulong constant in Keccak256.RoundConstants)
        {
            // theta
            T c0 = TLanes.Xor3(TLanes.Xor3(a0, a5, a10), a15, a20);
            T c1 = TLanes.Xor3(TLanes.Xor3(a1, a6, a11), a16, a21);
            T c2 = TLanes.Xor3(TLanes.Xor3(a2, a7, a12), a17, a22);
            T c3 = TLanes.Xor3(TLanes.Xor3(a3, a8, a13), a18, a23);
            T c4 = TLanes.Xor3(TLanes.Xor3(a4, a9, a14), a19, a24);
            T d0 = TLanes.Xor(c4, TLanes.Rotate(c1, 1));
            T d1 = TLanes.Xor(c0, TLanes.Rotate(c2, 1));
            T d2 = TLanes.Xor(c1, TLanes.Rotate(c3, 1));
            T d3 = TLanes.Xor(c2, TLanes.Rotate(c4, 1));
            T d4 = TLanes.Xor(c3, TLanes.Rotate(c0, 1));

            // theta's second half with rho and pi: along the one cycle of 24 lanes, each into the place that was just left
            a0 = TLanes.Xor(a0, d0);
            T kept = TLanes.Rotate(TLanes.Xor(a1, d1), 1);
            a1 = TLanes.Rotate(TLanes.Xor(a6, d1), 44);
            a6 = TLanes.Rotate(TLanes.Xor(a9, d4), 20);
            a9 = TLanes.Rotate(TLanes.Xor(a22, d2), 61);
            a22 = TLanes.Rotate(TLanes.Xor(a14, d4), 39);
            a14 = TLanes.Rotate(TLanes.Xor(a20, d0), 18);
            a20 = TLanes.Rotate(TLanes.Xor(a2, d2), 62);
            a2 = TLanes.Rotate(TLanes.Xor(a12, d2), 43);
            a12 = TLanes.Rotate(TLanes.Xor(a13, d3), 25);
            a13 = TLanes.Rotate(TLanes.Xor(a19, d4), 8);
            a19 = TLanes.Rotate(TLanes.Xor(a23, d3), 56);
            a23 = TLanes.Rotate(TLanes.Xor(a15, d0), 41);
            a15 = TLanes.Rotate(TLanes.Xor(a4, d4), 27);
            a4 = TLanes.Rotate(TLanes.Xor(a24, d4), 14);
            a24 = TLanes.Rotate(TLanes.Xor(a21, d1), 2);
            a21 = TLanes.Rotate(TLanes.Xor(a8, d3), 55);
            a8 = TLanes.Rotate(TLanes.Xor(a16, d1), 45);
            a16 = TLanes.Rotate(TLanes.Xor(a5, d0), 36);
            a5 = TLanes.Rotate(TLanes.Xor(a3, d3), 28);
            a3 = TLanes.Rotate(TLanes.Xor(a18, d3), 21);
            a18 = TLanes.Rotate(TLanes.Xor(a17, d2), 15);
            a17 = TLanes.Rotate(TLanes.Xor(a11, d1), 10);
            a11 = TLanes.Rotate(TLanes.Xor(a7, d2), 6);
            a7 = TLanes.Rotate(TLanes.Xor(a10, d0), 3);
            a10 = kept;

            // chi and iota
            T first = a0;
            T second = a1;
            a0 = TLanes.Chi(a0, a1, a2);
            a1 = TLanes.Chi(a1, a2, a3);
            a2 = TLanes.Chi(a2, a3, a4);
            a3 = TLanes.Chi(a3, a4, first);
            a4 = TLanes.Chi(a4, first, second);
            first = a5;
            second = a6;
            a5 = TLanes.Chi(a5, a6, a7);
            a6 = TLanes.Chi(a6, a7, a8);
            a7 = TLanes.Chi(a7, a8, a9);
            a8 = TLanes.Chi(a8, a9, first);
            a9 = TLanes.Chi(a9, first, second);
            first = a10;
            second = a11;
            a10 = TLanes.Chi(a10, a11, a12);
            a11 = TLanes.Chi(a11, a12, a13);
            a12 = TLanes.Chi(a12, a13, a14);
            a13 = TLanes.Chi(a13, a14, first);
            a14 = TLanes.Chi(a14, first, second);
            first = a15;
            second = a16;
            a15 = TLanes.Chi(a15, a16, a17);
            a16 = TLanes.Chi(a16, a17, a18);
            a17 = TLanes.Chi(a17, a18, a19);
            a18 = TLanes.Chi(a18, a19, first);
            a19 = TLanes.Chi(a19, first, second);
            first = a20;
            second = a21;
            a20 = TLanes.Chi(a20, a21, a22);
            a21 = TLanes.Chi(a21, a22, a23);
            a22 = TLanes.Chi(a22, a23, a24);
            a23 = TLanes.Chi(a23, a24, first);
            a24 = TLanes.Chi(a24, first, second);
            a0 = TLanes.Xor(a0, TLanes.Create(constant));
        }

        state[0] = a0;
        state[1] = a1;
        state[2] = a2;
        state[3] = a3;
        state[4] = a4;
        state[5] = a5;
        state[6] = a6;
        state[7] = a7;
        state[8] = a8;
        state[9] = a9;
        state[10] = a10;
        state[11] = a11;
        state[12] = a12;
        state[13] = a13;
        state[14] = a14;
        state[15] = a15;
        state[16] = a16;
        state[17] = a17;
        state[18] = a18;
        state[19] = a19;
        state[20] = a20;
        state[21] = a21;
        state[22] = a22;
        state[23] = a23;
        state[24] = a24;
    }
}
