using System.IO.Compression;
using System.Text.Json;

namespace Gavel.Cannon;

/// <summary>Reads the JSON form of a 32-bit state. Members may come in any order; unknown ones are refused.</summary>
internal static class StateJsonReader
{
    private static readonly string[] Required =
        ["memory", "preimageKey", "preimageOffset", "pc", "nextPC", "lo", "hi", "heap", "exit", "exited", "step", "registers"];

    public static VmState Read(Stream stream)
    {
        JsonTokens tokens = new(stream);
        VmState state = new(VmVersion.SingleThreaded);
        try
        {
            VmThread thread = new();
            state.LeftThreads.Add(thread);
            HashSet<string> seen = [];
            tokens.Expect("state", JsonTokenType.StartObject);
            while (tokens.Next("state") && tokens.Type == JsonTokenType.PropertyName)
            {
                string name = tokens.Text;
                if (!seen.Add(name))
                {
                    throw new StateFileException(name, tokens.Offset, "occurs twice");
                }

                Member(tokens, name, state, thread);
            }

            if (tokens.Type != JsonTokenType.EndObject)
            {
                throw new StateFileException("state", tokens.Offset, "the file ends too early");
            }

            if (Required.FirstOrDefault(name => !seen.Contains(name)) is { } missing)
            {
                throw new StateFileException(missing, tokens.Offset, "is missing");
            }

            if (tokens.Next("end"))
            {
                throw new StateFileException("end", tokens.Offset, "the file goes on after the state");
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static void Member(JsonTokens tokens, string name, VmState state, VmThread thread)
    {
        switch (name)
        {
            case "memory":
                Memory(tokens, state.Memory);
                break;
            case "preimageKey":
                byte[] key = HexBytes(tokens, name);
                state.PreimageKey = key.Length == Hash32.Size
                    ? new Hash32(key)
                    : throw new StateFileException(name, tokens.Offset, $"{key.Length} bytes instead of 32");
                break;
            case "preimageOffset":
                state.PreimageOffset = tokens.UInt(name, uint.MaxValue);
                break;
            case "pc":
                thread.Pc = tokens.UInt(name, uint.MaxValue);
                break;
            case "nextPC":
                thread.NextPc = tokens.UInt(name, uint.MaxValue);
                break;
            case "lo":
                thread.Lo = SignExtended(tokens.UInt(name, uint.MaxValue));
                break;
            case "hi":
                thread.Hi = SignExtended(tokens.UInt(name, uint.MaxValue));
                break;
            case "heap":
                state.Heap = tokens.UInt(name, uint.MaxValue);
                break;
            case "exit":
                state.ExitCode = (byte)tokens.UInt(name, byte.MaxValue);
                break;
            case "exited":
                state.Exited = tokens.Boolean(name);
                break;
            case "step":
                state.Step = tokens.UInt(name, ulong.MaxValue);
                break;
            case "registers":
                Registers(tokens, thread);
                break;
            case "lastHint":
                state.LastHint = HexBytes(tokens, name);
                break;
            default:
                throw new StateFileException(name, tokens.Offset, "is not a member of a state");
        }
    }

    private static void Registers(JsonTokens tokens, VmThread thread)
    {
        tokens.Expect("registers", JsonTokenType.StartArray);
        for (int i = 0; i < VmThread.RegisterCount; i++)
        {
            thread.Registers[i] = SignExtended(tokens.UInt($"register {i}", i == 0 ? 0ul : uint.MaxValue));
        }

        tokens.Expect("registers", JsonTokenType.EndArray);
    }

    private static void Memory(JsonTokens tokens, PagedMemory memory)
    {
        tokens.Expect("memory", JsonTokenType.StartArray);
        while (tokens.Next("memory") && tokens.Type == JsonTokenType.StartObject)
        {
            ulong? index = null;
            byte[]? data = null;
            while (tokens.Next("memory") && tokens.Type == JsonTokenType.PropertyName)
            {
                switch (tokens.Text)
                {
                    case "index":
                        index = tokens.UInt("page index", (1ul << (memory.AddressBits - PagedMemory.PageBits)) - 1);
                        break;
                    case "data":
                        data = Page(tokens);
                        break;
                    default:
                        throw new StateFileException(tokens.Text, tokens.Offset, "is not a member of a page");
                }
            }

            if (index is not { } page || data is null || tokens.Type != JsonTokenType.EndObject)
            {
                throw new StateFileException("memory", tokens.Offset, "a page needs an index and data");
            }

            if (memory.IsAllocated(page))
            {
                throw new StateFileException("page index", tokens.Offset, $"page 0x{page:x} occurs twice");
            }

            data.CopyTo(memory.WritablePage(page));
        }

        if (tokens.Type != JsonTokenType.EndArray)
        {
            throw new StateFileException("memory", tokens.Offset, $"expected a page or the end of the array, found {tokens.Type}");
        }
    }

    private static byte[] Page(JsonTokens tokens)
    {
        string text = tokens.String("page data");
        byte[] page = new byte[PagedMemory.PageSize];
        try
        {
            using ZLibStream zlib = new(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            int count = zlib.ReadAtLeast(page, page.Length, throwOnEndOfStream: false);
            if (count < page.Length || zlib.ReadByte() != -1)
            {
                throw new StateFileException("page data", tokens.Offset, $"a page must be {PagedMemory.PageSize} bytes when unpacked");
            }
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            throw new StateFileException("page data", tokens.Offset, $"neither base64 nor zlib ({error.Message})", error);
        }

        return page;
    }

    private static byte[] HexBytes(JsonTokens tokens, string field)
    {
        string text = tokens.String(field);
        try
        {
            return Hex.Decode(text);
        }
        catch (FormatException error)
        {
            throw new StateFileException(field, tokens.Offset, error.Message, error);
        }
    }

    private static ulong SignExtended(ulong value) => (ulong)(long)(int)value;
}
