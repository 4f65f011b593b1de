using System.Text.Json;

namespace Gavel.Cannon.Checking;

/// <summary>The outcome of one state file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Differences">Empty when all is as recorded.</param>
public sealed record RecordedStateResult(string File, VmVersion Version, IReadOnlyList<FieldDifference> Differences);

/// <summary>
/// Checks how we read and write state files, against a folder of them with an <c>index.json</c> (docs/cannon.md): version, step, pages, memory root, state hash
/// and size, and that writing the state again gives the same bytes.
/// </summary>
public static class RecordedStates
{
    /// <summary>Checks every file of the index.</summary>
    /// <exception cref="CheckInputException">The index cannot be used.</exception>
    public static IEnumerable<RecordedStateResult> Check(string folder)
    {
        string file = Path.Combine(folder, "index.json");
        (JsonDocument document, InputNode root) = InputFile.Whole(file);
        using (document)
        {
            if (root.Items.Count == 0)
            {
                throw root.Error("there are no states");
            }

            foreach (InputNode json in root.Items)
            {
                yield return Check(folder, json);
            }
        }
    }

    private static RecordedStateResult Check(string folder, InputNode json)
    {
        string name = json["file"].Text();
        VmVersion version = json["vm"].Version();
        byte[] bytes = InputFile.Bytes(Path.Combine(folder, name));
        Differences differences = new();
        differences.Compare("decompressedSize", json["decompressedSize"].Number(), (ulong)bytes.LongLength);
        try
        {
            using VmState state = StateFile.Read(new MemoryStream(bytes));
            differences.Compare("vm", version, state.Version);
            differences.Compare("stateVersion", json["stateVersion"].Number(), state.Version.Number);
            differences.Compare("step", json["step"].Number(), state.Step);
            differences.Compare("pages", json["pages"].Number(), (ulong)state.Memory.PageCount);
            differences.Compare("memoryRoot", json["memoryRoot"].Hash(), state.Memory.Root());
            differences.Compare("stateHash", json["stateHash"].Hash(), state.StateHash());
            using MemoryStream written = new();
            StateFile.Write(written, state);
            differences.CompareBytes("bytes when written again", bytes, written.ToArray());
        }
        catch (StateFileException error)
        {
            differences.Add("file", "readable", error.Message);
        }

        return new RecordedStateResult(name, version, differences.Found);
    }
}
