using System.Globalization;
using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Cannon.Tests;

/// <summary>One recorded step.</summary>
internal static class StepCase
{
    public static VmVersion VersionOf(JsonElement step) => VmVersion.FromName(step.GetProperty("vm").GetString()!)!;

    public static ulong Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetUInt64()
        : ulong.Parse(value.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static byte[] Bytes(JsonElement value) => Convert.FromHexString(value.GetString()!.AsSpan(2));

    /// <summary>The state of before the step.</summary>
    public static VmState Load(JsonElement json, VmVersion version)
    {
        VmState state = new(version);
        foreach (JsonElement piece in json.GetProperty("memory").EnumerateArray())
        {
            state.Memory.Write(Number(piece.GetProperty("addr")), Bytes(piece.GetProperty("hex")));
        }

        ulong Field(string name) => Number(json.GetProperty(name));
        state.PreimageKey = new Hash32(Bytes(json.GetProperty("preimageKey")));
        state.PreimageOffset = Field("preimageOffset");
        state.Heap = Field("heap");
        state.ExitCode = (byte)Field("exitCode");
        state.Exited = json.GetProperty("exited").GetBoolean();
        state.Step = Field("step");
        state.LastHint = Bytes(json.GetProperty("lastHint"));
        if (version.Is64)
        {
            state.LlStatus = (byte)Field("llReservationStatus");
            state.LlAddress = Field("llAddress");
            state.LlOwner = Field("llOwnerThread");
            state.StepsSinceSwitch = Field("stepsSinceLastContextSwitch");
            state.TraverseRight = json.GetProperty("traverseRight").GetBoolean();
            state.NextThreadId = Field("nextThreadId");
            state.LeftThreads.AddRange(json.GetProperty("leftThreadStack").EnumerateArray().Select(thread => Thread(thread, true)));
            state.RightThreads.AddRange(json.GetProperty("rightThreadStack").EnumerateArray().Select(thread => Thread(thread, true)));
        }
        else
        {
            state.LeftThreads.Add(Thread(json, false));
        }

        return state;
    }

    private static VmThread Thread(JsonElement json, bool wide)
    {
        ulong Register(JsonElement value) => wide ? Number(value) : (ulong)(long)(int)Number(value);
        VmThread thread = new()
        {
            Pc = Number(json.GetProperty("pc")),
            NextPc = Number(json.GetProperty("nextPC")),
            Lo = Register(json.GetProperty("lo")),
            Hi = Register(json.GetProperty("hi")),
        };
        if (wide)
        {
            thread.Id = Number(json.GetProperty("threadId"));
            thread.ExitCode = (byte)Number(json.GetProperty("exitCode"));
            thread.Exited = json.GetProperty("exited").GetBoolean();
        }

        int index = 0;
        foreach (JsonElement register in json.GetProperty("registers").EnumerateArray())
        {
            thread.Registers[index++] = Register(register);
        }

        return thread;
    }
}
