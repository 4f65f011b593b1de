using System.Buffers.Binary;

namespace Gavel.ProofVerifier;

/// <summary>What a proof that holds tells.</summary>
/// <param name="Instruction">The instruction at the program counter; null where the step runs none.</param>
/// <param name="UsedSlots">The parts of the proof data that the step depends on, as offset and length.</param>
/// <param name="PostMemoryRoot">The memory root after the step, recomputed from the proven leaves.</param>
public sealed record VerifiedStep(uint? Instruction, IReadOnlyList<(int Offset, int Length)> UsedSlots, Hash32 PostMemoryRoot);

/// <summary>
/// Checks a step proof from the witness alone, as the contract would: the claim, the thread, the instruction, and the memory that the instruction touches.
/// It decides for itself which slots are used. Written from the notes on formats; shares no code with the VM.
/// </summary>
/// <param name="isWide">The 64-bit VM (188-byte witness) rather than the 32-bit one (226 bytes).</param>
/// <param name="hasGetRandom">The version in which <c>getrandom</c> writes.</param>
public sealed class StepProofVerifier(bool isWide, bool hasGetRandom)
{
    private const int ThreadSize = 298;
    private const int ThreadSlot = ThreadSize + 32;
    private readonly int _memorySlot = isWide ? 60 * 32 : 28 * 32;

    /// <summary>Checks a proof.</summary>
    /// <param name="claim">The state hash before the step.</param>
    /// <param name="witness">The state before the step.</param>
    /// <param name="proof">The proof data.</param>
    /// <param name="preimage">The value with its length prefix, where the step reads one.</param>
    /// <exception cref="ProofRejectedException">It does not hold.</exception>
    public VerifiedStep Verify(Hash32 claim, ReadOnlySpan<byte> witness, ReadOnlySpan<byte> proof, ReadOnlyMemory<byte> preimage = default)
    {
        Require(witness.Length == (isWide ? 188 : 226), "the witness has the wrong length");
        Require(proof.Length == (isWide ? ThreadSlot + 3 * _memorySlot : 2 * _memorySlot), "the proof has the wrong length");
        bool exited = witness[isWide ? 98 : 89] == 1;
        byte exitCode = witness[isWide ? 97 : 88];
        byte status = !exited ? (byte)3 : Math.Min(exitCode, (byte)2);
        Require(Keccak256.Hash(witness).WithFirstByte(status) == claim, "the witness is not that of the claim");
        Hash32 root = new(witness[..32]);
        if (exited)
        {
            return new VerifiedStep(null, [], root);
        }

        List<(int Offset, int Length)> used = [];
        if (isWide)
        {
            used.Add((0, ThreadSlot));
            VerifyThread(witness, proof);
        }

        GuestView guest = isWide ? GuestView.Wide(witness, proof[..ThreadSize]) : GuestView.Narrow(witness);
        if (guest.RunsNoInstruction)
        {
            return new VerifiedStep(null, used, root);
        }

        int slot = isWide ? ThreadSlot : 0;
        used.Add((slot, _memorySlot));
        MerkleBranch code = new(proof.Slice(slot, _memorySlot), guest.Pc);
        Require(code.Root() == root, "the instruction is not in memory");
        uint instruction = BinaryPrimitives.ReadUInt32BigEndian(code.Leaf[(int)(guest.Pc & 28)..]);
        if (MemoryTouch.Of(guest, instruction, preimage, hasGetRandom) is not { } touch)
        {
            return new VerifiedStep(instruction, used, root);
        }

        slot += _memorySlot;
        used.Add((slot, _memorySlot));
        root = VerifyWord(proof.Slice(slot, _memorySlot), touch.WordAddress, root, touch.Write);
        if (touch.WriteSecond is { } second)
        {
            slot += _memorySlot;
            used.Add((slot, _memorySlot));
            root = VerifyWord(proof.Slice(slot, _memorySlot), touch.WordAddress + 8, root, second);
        }

        return new VerifiedStep(instruction, used, root);
    }

    private static void VerifyThread(ReadOnlySpan<byte> witness, ReadOnlySpan<byte> proof)
    {
        Hash32 below = new(proof.Slice(ThreadSize, 32));
        Hash32 stack = Keccak256.HashPair(below, Keccak256.Hash(proof[..ThreadSize]));
        bool right = witness[115] == 1;
        Require(stack == new Hash32(witness.Slice(right ? 148 : 116, 32)), "the thread is not the top of the active stack");
    }

    private Hash32 VerifyWord(ReadOnlySpan<byte> slot, ulong address, Hash32 root, Action<byte[]>? write)
    {
        MerkleBranch branch = new(slot, address);
        Require(branch.Root() == root, $"the word at 0x{address:x} is not in memory");
        if (write is null)
        {
            return root;
        }

        int size = isWide ? 8 : 4;
        byte[] leaf = branch.Leaf.ToArray();
        byte[] word = leaf.AsSpan((int)(address & 31), size).ToArray();
        write(word);
        word.CopyTo(leaf.AsSpan((int)(address & 31)));
        return branch.RootWith(leaf);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ProofRejectedException(otherwise);
        }
    }
}
