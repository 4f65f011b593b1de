using System.Buffers.Binary;

namespace Gavel.ProofVerifier;

/// <summary>The fields of a pre-state that decide what a step touches, read from its witness and thread proof.</summary>
internal sealed class GuestView
{
    private readonly ulong[] _registers = new ulong[32];

    public bool IsWide { get; private init; }

    public ulong Pc { get; private init; }

    public ulong Step { get; private init; }

    public ulong PreimageOffset { get; private init; }

    public bool Exited { get; private init; }

    public bool RunsNoInstruction { get; private init; }

    public ulong LlAddress { get; private init; }

    public ulong LlOwner { get; private init; }

    public byte LlStatus { get; private init; }

    public ulong ThreadId { get; private init; }

    public ulong this[uint register] => _registers[register];

    public static GuestView Wide(ReadOnlySpan<byte> witness, ReadOnlySpan<byte> thread)
    {
        const ulong Quantum = 100_000;
        GuestView view = new()
        {
            IsWide = true,
            Exited = witness[98] != 0,
            Step = Word(witness, 99),
            PreimageOffset = Word(witness, 64),
            LlStatus = witness[80],
            LlAddress = Word(witness, 81),
            LlOwner = Word(witness, 89),
            RunsNoInstruction = thread[9] != 0 || Word(witness, 107) >= Quantum,
            ThreadId = Word(thread, 0),
            Pc = Word(thread, 10),
        };
        for (int i = 0; i < 32; i++)
        {
            view._registers[i] = Word(thread, 42 + 8 * i);
        }

        return view;
    }

    public static GuestView Narrow(ReadOnlySpan<byte> witness)
    {
        GuestView view = new()
        {
            Exited = witness[89] != 0,
            Step = Word(witness, 90),
            PreimageOffset = Half(witness, 64),
            Pc = Half(witness, 68),
        };
        for (int i = 0; i < 32; i++)
        {
            view._registers[i] = Half(witness, 98 + 4 * i);
        }

        return view;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);

    private static uint Half(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
