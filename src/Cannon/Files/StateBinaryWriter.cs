using System.Buffers.Binary;

namespace Gavel.Cannon;

/// <summary>Writes the binary form of a state.</summary>
internal static class StateBinaryWriter
{
    public static void Write(Stream stream, VmState state)
    {
        BufferedStream buffered = new(stream, 1 << 16);
        VmVersion version = state.Version;
        buffered.WriteByte(version.Number);
        ulong[] pages = state.Memory.AllocatedPages();
        Word((ulong)pages.Length);
        foreach (ulong page in pages)
        {
            Word(page);
            buffered.Write(state.Memory.Page(page));
        }

        buffered.Write(state.PreimageKey.ToArray());
        Word(state.PreimageOffset);
        if (version.Is64)
        {
            Wide();
        }
        else
        {
            Narrow(state.ActiveThread ?? throw new InvalidOperationException($"a {version} state has one thread"));
        }

        UInt32((uint)state.LastHint.Length);
        buffered.Write(state.LastHint);
        buffered.Flush();

        void Wide()
        {
            UInt64(state.Heap);
            buffered.WriteByte(state.LlStatus);
            UInt64(state.LlAddress);
            UInt64(state.LlOwner);
            buffered.WriteByte(state.ExitCode);
            Boolean(state.Exited);
            UInt64(state.Step);
            UInt64(state.StepsSinceSwitch);
            Boolean(state.TraverseRight);
            UInt64(state.NextThreadId);
            Threads(state.LeftThreads);
            Threads(state.RightThreads);
        }

        void Narrow(VmThread thread)
        {
            Word(thread.Pc);
            Word(thread.NextPc);
            Word(thread.Lo);
            Word(thread.Hi);
            Word(state.Heap);
            buffered.WriteByte(state.ExitCode);
            Boolean(state.Exited);
            UInt64(state.Step);
            foreach (ulong register in thread.Registers)
            {
                Word(register);
            }
        }

        void Threads(List<VmThread> threads)
        {
            UInt64((ulong)threads.Count);
            byte[] encoded = new byte[VmThread.EncodedSize];
            foreach (VmThread thread in threads)
            {
                thread.Encode(encoded);
                buffered.Write(encoded);
            }
        }

        void Boolean(bool value) => buffered.WriteByte(value ? (byte)1 : (byte)0);

        void Word(ulong value)
        {
            if (version.Is64)
            {
                UInt64(value);
            }
            else
            {
                UInt32((uint)value);
            }
        }

        void UInt32(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            buffered.Write(bytes);
        }

        void UInt64(ulong value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
            buffered.Write(bytes);
        }
    }
}
