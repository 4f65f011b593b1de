namespace Gavel.Cannon.Checking;

/// <summary>The JSON form of states in step cases.</summary>
internal static class StateJson
{
    /// <summary>Reads a state; its memory stays empty where the JSON gives none.</summary>
    public static VmState Read(InputNode json, VmVersion version)
    {
        VmState state = new(version, new PagedMemory(version.AddressBits, reserveAddressSpace: false));
        foreach (InputNode entry in json.Find("memory")?.Items ?? [])
        {
            byte[] bytes = entry["hex"].Bytes();
            state.Memory.Write(entry["addr"].Quantity(), bytes);
        }

        state.PreimageKey = json["preimageKey"].Hash();
        state.PreimageOffset = json["preimageOffset"].Quantity();
        state.Heap = json["heap"].Quantity();
        state.ExitCode = json["exitCode"].Byte();
        state.Exited = json["exited"].Flag();
        state.Step = json["step"].Quantity();
        state.LastHint = json["lastHint"].Bytes();
        if (!version.HasThreads)
        {
            state.LeftThreads.Add(ReadThread(json, version));
            return state;
        }

        state.LlStatus = json["llReservationStatus"].Byte();
        state.LlAddress = json["llAddress"].Quantity();
        state.LlOwner = json["llOwnerThread"].Quantity();
        state.StepsSinceSwitch = json["stepsSinceLastContextSwitch"].Quantity();
        state.TraverseRight = json["traverseRight"].Flag();
        state.NextThreadId = json["nextThreadId"].Quantity();
        state.LeftThreads.AddRange(json["leftThreadStack"].Items.Select(thread => ReadThread(thread, version)));
        state.RightThreads.AddRange(json["rightThreadStack"].Items.Select(thread => ReadThread(thread, version)));
        return state;
    }

    /// <summary>Compares all fields but memory.</summary>
    public static void Compare(Differences differences, string prefix, VmState expected, VmState actual)
    {
        foreach (((string field, string want), (string _, string got)) in Fields(expected).Zip(Fields(actual)))
        {
            differences.Compare($"{prefix}.{field}", want, got);
        }

        differences.Compare($"{prefix}.threads on the left stack", expected.LeftThreads.Count, actual.LeftThreads.Count);
        differences.Compare($"{prefix}.threads on the right stack", expected.RightThreads.Count, actual.RightThreads.Count);
        CompareThreads(differences, $"{prefix}.left", expected.LeftThreads, actual.LeftThreads, expected.Version);
        CompareThreads(differences, $"{prefix}.right", expected.RightThreads, actual.RightThreads, expected.Version);
    }

    private static VmThread ReadThread(InputNode json, VmVersion version)
    {
        VmThread thread = new()
        {
            Pc = json["pc"].Quantity(),
            NextPc = json["nextPC"].Quantity(),
            Lo = Extended(json["lo"]),
            Hi = Extended(json["hi"]),
        };
        if (version.HasThreads)
        {
            thread.Id = json["threadId"].Quantity();
            thread.ExitCode = json["exitCode"].Byte();
            thread.Exited = json["exited"].Flag();
        }

        IReadOnlyList<InputNode> registers = json["registers"].Items;
        if (registers.Count != VmThread.RegisterCount)
        {
            throw json["registers"].Error($"expected {VmThread.RegisterCount} registers, not {registers.Count}");
        }

        for (int i = 0; i < VmThread.RegisterCount; i++)
        {
            thread.Registers[i] = Extended(registers[i]);
        }

        return thread;

        ulong Extended(InputNode value) => version.Is64 ? value.Quantity() : (ulong)(int)value.Quantity();
    }

    private static IEnumerable<(string Name, string Value)> Fields(VmState state)
    {
        yield return ("preimageKey", state.PreimageKey.ToString());
        yield return ("preimageOffset", Number(state.PreimageOffset));
        yield return ("heap", Number(state.Heap));
        yield return ("llReservationStatus", Number(state.LlStatus));
        yield return ("llAddress", Number(state.LlAddress));
        yield return ("llOwnerThread", Number(state.LlOwner));
        yield return ("exitCode", Number(state.ExitCode));
        yield return ("exited", state.Exited.ToString());
        yield return ("step", Number(state.Step));
        // The 32-bit VM has no scheduler.
        yield return ("stepsSinceLastContextSwitch", state.Version.HasThreads ? Number(state.StepsSinceSwitch) : "");
        yield return ("traverseRight", state.TraverseRight.ToString());
        yield return ("nextThreadId", state.Version.HasThreads ? Number(state.NextThreadId) : "");
        yield return ("lastHint", Hex.Encode(state.LastHint));
    }

    private static void CompareThreads(Differences differences, string prefix, List<VmThread> expected, List<VmThread> actual, VmVersion version)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            (VmThread want, VmThread got) = (expected[i], actual[i]);
            differences.Compare($"{prefix}[{i}].threadId", Number(want.Id), Number(got.Id));
            differences.Compare($"{prefix}[{i}].exitCode", want.ExitCode, got.ExitCode);
            differences.Compare($"{prefix}[{i}].exited", want.Exited, got.Exited);
            differences.Compare($"{prefix}[{i}].pc", Number(want.Pc), Number(got.Pc));
            differences.Compare($"{prefix}[{i}].nextPC", Number(want.NextPc), Number(got.NextPc));
            differences.Compare($"{prefix}[{i}].lo", Register(want.Lo), Register(got.Lo));
            differences.Compare($"{prefix}[{i}].hi", Register(want.Hi), Register(got.Hi));
            for (int r = 0; r < VmThread.RegisterCount; r++)
            {
                differences.Compare($"{prefix}[{i}].registers[{r}]", Register(want.Registers[r]), Register(got.Registers[r]));
            }
        }

        string Register(ulong value) => Number(version.Is64 ? value : (uint)value);
    }

    private static string Number(ulong value) => Hex.Quantity(value);
}
