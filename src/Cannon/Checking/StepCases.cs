namespace Gavel.Cannon.Checking;

/// <summary>The outcome of one step case under one version of the VM.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Version">The version it was run as.</param>
/// <param name="Line">Its line in the file.</param>
/// <param name="IsReplay">A case of another version, run as this one because both must agree on it.</param>
/// <param name="ExpectsFault">The step must fail.</param>
/// <param name="Differences">Empty when all is as recorded.</param>
public sealed record StepCaseResult(string Name, VmVersion Version, int Line, bool IsReplay, bool ExpectsFault, IReadOnlyList<FieldDifference> Differences);

/// <summary>
/// Checks the VM against files of step cases: a JSON object on each line with <c>name</c>, <c>vm</c>, <c>pre</c>, <c>preWitness</c>, <c>preStateHash</c> and
/// either <c>error</c> or <c>post</c>, <c>postWitness</c>, <c>postStateHash</c>, <c>proof</c>, and where they apply <c>preimage</c>, <c>memWrites</c>,
/// <c>stdout</c>, <c>stderr</c>, <c>hints</c>. The format is described in docs/cannon.md.
/// </summary>
public static class StepCases
{
    private const uint SyscallInstruction = 0x0c;
    private const ulong GetRandom = 5313;

    /// <summary>
    /// Runs every case of a file; each <c>multithreaded64-5</c> case that is not about getrandom is run as <c>multithreaded64-4</c> too. A fault passes only as
    /// a <see cref="VmFaultException"/>, or for want of a preimage that the case does not give, and only if the state is left as it was.
    /// </summary>
    /// <exception cref="CheckInputException">The file cannot be used.</exception>
    public static IEnumerable<StepCaseResult> Check(string file)
    {
        int line = 0;
        foreach (InputNode json in InputFile.Lines(file))
        {
            line++;
            VmVersion version = json["vm"].Version();
            yield return Check(json, version, line, isReplay: false);
            if (version == VmVersion.MultiThreaded64V5 && !IsGetRandom(json))
            {
                yield return Check(json, VmVersion.MultiThreaded64V4, line, isReplay: true);
            }
        }
    }

    private static StepCaseResult Check(InputNode json, VmVersion version, int line, bool isReplay)
    {
        bool expectsFault = json.Find("error") is not null;
        Differences differences = new();
        // Once with its proof, once as a run does it: these are different ways through the VM.
        Check(json, version, differences, static vm => vm.Prove());
        if (differences.Found.Count == 0)
        {
            Check(json, version, differences, static vm =>
            {
                vm.Run(new RunLimits { MaxSteps = 1 });
                return null;
            });
        }

        return new StepCaseResult(json["name"].Text(), version, line, isReplay, expectsFault, differences.Found);
    }

    private static void Check(InputNode json, VmVersion version, Differences differences, Func<Vm, StepProof?> step)
    {
        RecordedPreimages preimages = new(Preimages(json));
        using MemoryStream output = new();
        using MemoryStream error = new();
        using Vm vm = new(StateJson.Read(json["pre"], version), new VmOptions { Preimages = preimages, StandardOutput = output, StandardError = error });
        differences.CompareBytes("preWitness", json["preWitness"].Bytes(), vm.State.EncodeWitness());
        differences.Compare("preStateHash", json["preStateHash"].Hash(), vm.State.StateHash());
        StepProof? proof;
        try
        {
            proof = step(vm);
        }
        catch (VmFaultException fault)
        {
            if (json.Find("error") is null)
            {
                differences.Add("error", "", fault.Message);
            }

            differences.CompareBytes("witness after the fault", json["preWitness"].Bytes(), vm.State.EncodeWitness());
            return;
        }
        catch (PreimageException) when (json.Find("error") is not null && json.Find("preimage") is null)
        {
            // There is a case of a value that nobody has: the contract reverts there too.
            differences.CompareBytes("witness after the fault", json["preWitness"].Bytes(), vm.State.EncodeWitness());
            return;
        }
        catch (PreimageException failure)
        {
            differences.Add("error", json.Find("error")?.Text() ?? "", $"no VM fault but: {failure.Message}");
            return;
        }

        if (json.Find("error") is { } expected)
        {
            differences.Add("error", expected.Text(), "");
            return;
        }

        if (proof is not null)
        {
            CompareProof(json, differences, proof);
        }

        ComparePost(json, version, differences, vm);
        differences.CompareBytes("stdout", json.Find("stdout")?.Bytes() ?? [], output.ToArray());
        differences.CompareBytes("stderr", json.Find("stderr")?.Bytes() ?? [], error.ToArray());
        differences.CompareLists("hints", [.. json.Find("hints")?.Items.Select(hint => hint.Text()) ?? []], (IReadOnlyList<string>)[.. preimages.Hints.Select(hint => Hex.Encode(hint))]);
    }

    private static void CompareProof(InputNode json, Differences differences, StepProof proof)
    {
        differences.CompareBytes("proof", json["proof"].Bytes(), proof.ProofData);
        differences.Compare("pre", json["preStateHash"].Hash(), proof.Pre);
        differences.Compare("post", json["postStateHash"].Hash(), proof.Post);
        differences.CompareBytes("state-data", json["preWitness"].Bytes(), proof.StateData);
        if (json.Find("preimage") is { } preimage)
        {
            byte[] value = preimage["value"].Bytes();
            differences.Compare("preimage.key", preimage["key"].Hash(), proof.Preimage?.Key ?? default);
            differences.CompareBytes("preimage.value", value, proof.Preimage is { } read ? read.Value.AsSpan(8) : []);
            differences.Compare("preimage.offset", preimage["offset"].Quantity(), proof.Preimage?.Offset ?? 0);
        }
        else
        {
            differences.Compare("preimage", null, proof.Preimage);
        }
    }

    private static void ComparePost(InputNode json, VmVersion version, Differences differences, Vm vm)
    {
        using VmState post = StateJson.Read(json["post"], version);
        StateJson.Compare(differences, "post", post, vm.State);
        foreach (InputNode write in json.Find("memWrites")?.Items ?? [])
        {
            byte[] expected = write["hex"].Bytes();
            byte[] actual = new byte[expected.Length];
            vm.State.Memory.Read(write["addr"].Quantity(), actual);
            differences.CompareBytes($"memWrites at {write["addr"].Text()}", expected, actual);
        }

        differences.CompareBytes("postWitness", json["postWitness"].Bytes(), vm.State.EncodeWitness());
        differences.Compare("postStateHash", json["postStateHash"].Hash(), vm.State.StateHash());
    }

    private static Dictionary<Hash32, byte[]> Preimages(InputNode json) => json.Find("preimage") is { } preimage
        ? new() { [preimage["key"].Hash()] = preimage["value"].Bytes() }
        : [];

    private static bool IsGetRandom(InputNode json)
    {
        if (json["insn"].Quantity() != SyscallInstruction)
        {
            return false;
        }

        InputNode pre = json["pre"];
        IReadOnlyList<InputNode> stack = pre[pre["traverseRight"].Flag() ? "rightThreadStack" : "leftThreadStack"].Items;
        return stack.Count > 0 && stack[^1]["registers"].Items is { Count: > 2 } registers && registers[2].Quantity() == GetRandom;
    }
}
