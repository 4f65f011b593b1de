using System.IO.Compression;
using System.Text.Json;

namespace Gavel.Cannon;

/// <summary>Writes the JSON form of a 32-bit state, page by page.</summary>
internal static class StateJsonWriter
{
    public static void Write(Stream stream, VmState state)
    {
        VmThread thread = state.ActiveThread ?? throw new InvalidOperationException($"a {state.Version} state has one thread");
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteStartArray("memory");
        foreach (ulong page in state.Memory.AllocatedPages())
        {
            json.WriteStartObject();
            json.WriteNumber("index", page);
            json.WriteBase64String("data", Compress(state.Memory.Page(page)));
            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteString("preimageKey", state.PreimageKey.ToString());
        json.WriteNumber("preimageOffset", state.PreimageOffset);
        json.WriteNumber("pc", thread.Pc);
        json.WriteNumber("nextPC", thread.NextPc);
        json.WriteNumber("lo", (uint)thread.Lo);
        json.WriteNumber("hi", (uint)thread.Hi);
        json.WriteNumber("heap", state.Heap);
        json.WriteNumber("exit", state.ExitCode);
        json.WriteBoolean("exited", state.Exited);
        json.WriteNumber("step", state.Step);
        json.WriteStartArray("registers");
        foreach (ulong register in thread.Registers)
        {
            json.WriteNumberValue((uint)register);
        }

        json.WriteEndArray();
        if (state.LastHint.Length > 0)
        {
            json.WriteString("lastHint", Hex.Encode(state.LastHint));
        }

        json.WriteEndObject();
    }

    private static byte[] Compress(ReadOnlySpan<byte> page)
    {
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Fastest))
        {
            zlib.Write(page);
        }

        return compressed.ToArray();
    }
}
