using System.Numerics;
using Nethereum.EVM;

namespace Gavel.Ethereum;

/// <summary>One call or creation under way.</summary>
internal sealed class Frame(Program program, int depth)
{
    private int[]? _destinations;

    public Program Program => program;

    public int Depth => depth;

    /// <summary>What to take back if it fails.</summary>
    public int Snapshot { get; init; }

    /// <summary>Where the caller wants the output.</summary>
    public int OutputAt { get; init; }

    /// <summary>How much of the output the caller wants.</summary>
    public int OutputSize { get; init; }

    /// <summary>The account that this frame creates; null for a call.</summary>
    public Address? Created { get; init; }

    /// <summary>Bytes that are counted for this frame: its input and its memory.</summary>
    public long Bytes { get; set; }

    /// <summary>Why the machine stopped it; null where it ended by itself.</summary>
    public string? Halted { get; private set; }

    /// <summary>Ends it as the rules demand for every kind of fault: all gas is gone, nothing is returned.</summary>
    public void Halt(string what)
    {
        Halted = what;
        program.GasRemaining = 0;
        program.ProgramResult.IsRevert = true;
        program.ProgramResult.Result = [];
        program.Stop();
    }

    /// <summary>
    /// Jumps. The library looks through the whole code at each jump, which makes a loop in a large contract a thousand times slower than its
    /// gas tells.
    /// </summary>
    public void Jump(byte[] destination)
    {
        _destinations ??= Destinations();
        BigInteger at = new(destination, isUnsigned: true, isBigEndian: true);
        if (at >= _destinations.Length || _destinations[(int)at] is var index && index < 0)
        {
            throw new HaltException("an invalid jump");
        }

        program.SetInstrunctionIndex(index);
    }

    private int[] Destinations()
    {
        int[] indices = new int[program.ByteCode.Length];
        Array.Fill(indices, -1);
        for (int i = 0; i < program.Instructions.Count; i++)
        {
            if (program.Instructions[i].Instruction == Instruction.JUMPDEST)
            {
                indices[program.Instructions[i].Step] = i;
            }
        }

        return indices;
    }
}
