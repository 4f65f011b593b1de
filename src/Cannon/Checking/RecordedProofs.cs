namespace Gavel.Cannon.Checking;

/// <summary>The outcome of one recorded proof.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Step">Steps before the proven one.</param>
/// <param name="Differences">Empty when all is as recorded.</param>
public sealed record RecordedProofResult(string File, ulong Step, IReadOnlyList<FieldDifference> Differences);

/// <summary>
/// Checks our proofs against those taken inside recorded runs: files <c>PROGRAM.VM.jsonl[.gz]</c>, a proof in the reference command line's JSON on each line,
/// in the order of their steps (docs/cannon.md). Proof data are compared whole: unused slots are zero in the files.
/// </summary>
public static class RecordedProofs
{
    /// <summary>Runs the program of a file and takes the same proofs.</summary>
    /// <param name="file">The file of proofs.</param>
    /// <param name="programs">The folder with <c>manifest.json</c>, for the program and its preimages.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="CheckInputException">A file cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<RecordedProofResult> Check(string file, string programs, CancellationToken cancellationToken = default)
    {
        (ManifestProgram program, ManifestRun run) = Find(file, programs);
        RecordedPreimages preimages = new(run.Preimages);
        using Vm vm = new(ProgramRuns.Load(program.ElfFile, InputFile.Bytes(program.ElfFile), run.Version), new VmOptions { Preimages = preimages });
        foreach (InputNode json in InputFile.Lines(file))
        {
            ulong step = json["step"].Number();
            if (step < vm.State.Step)
            {
                throw json["step"].Error($"steps must ascend, but {step} comes after {vm.State.Step - 1}");
            }

            Differences differences = new();
            try
            {
                if (vm.Run(new RunLimits { UntilStep = step }, cancellationToken).Reason == StopReason.Cancelled)
                {
                    throw new OperationCanceledException(cancellationToken);
                }

                Compare(json, differences, vm.Prove());
            }
            catch (Exception failure) when (failure is VmFaultException or PreimageException)
            {
                differences.Add("error", "", failure.Message);
            }

            yield return new RecordedProofResult(Path.GetFileName(file), step, differences.Found);
            if (differences.Found.Count > 0)
            {
                // What follows would differ because of this.
                yield break;
            }
        }
    }

    private static void Compare(InputNode json, Differences differences, StepProof proof)
    {
        differences.Compare("step", json["step"].Number(), proof.Step);
        differences.Compare("pre", json["pre"].Hash(), proof.Pre);
        differences.Compare("post", json["post"].Hash(), proof.Post);
        differences.CompareBytes("state-data", json["state-data"].Bytes(), proof.StateData);
        differences.CompareBytes("proof-data", json["proof-data"].Bytes(), proof.ProofData);
        differences.Compare("oracle-key", json.Find("oracle-key")?.Text() ?? "", proof.Preimage?.Key.ToString() ?? "");
        differences.Compare("oracle-value", json.Find("oracle-value")?.Text() ?? "", proof.Preimage is { } read ? Hex.Encode(read.Value) : "");
        differences.Compare("oracle-offset", json.Find("oracle-offset")?.Number() ?? 0, proof.Preimage?.Offset ?? 0);
    }

    private static (ManifestProgram Program, ManifestRun Run) Find(string file, string programs)
    {
        string[] parts = Path.GetFileName(file).Split('.');
        if (parts.Length < 3 || VmVersion.FromName(parts[1]) is not { } version)
        {
            throw new CheckInputException(file, $"the name must be PROGRAM.VM.jsonl or .jsonl.gz with a VM of {string.Join(", ", VmVersion.All)}");
        }

        foreach (ManifestProgram program in Manifest.Read(programs).Where(program => program.Name == parts[0]))
        {
            if (program.Runs.FirstOrDefault(run => run.Version == version && (run.Variant is null or "valid")) is { } run)
            {
                return (program, run);
            }
        }

        throw new CheckInputException(file, $"{programs} has no run of {parts[0]} on {version}");
    }
}
