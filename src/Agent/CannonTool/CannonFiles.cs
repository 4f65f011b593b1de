using System.IO.Compression;
using System.Text.Json;
using Gavel.Agent.Solve;
using Gavel.Cannon;

namespace Gavel.Agent.CannonTool;

/// <summary>The files of the reference command line: states, proofs, witnesses, symbols.</summary>
internal static class CannonFiles
{
    // As the reference writes it, for readers that compare text: indented, and no escapes beyond those of JSON itself.
    private static readonly JsonWriterOptions Plain = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const UnixFileMode ModeOfReference = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Reads a state; an empty path is standard input, raw or compressed.</summary>
    public static VmState ReadState(string path)
    {
        if (path.Length > 0)
        {
            return StateFile.Read(path);
        }

        using Stream input = Console.OpenStandardInput();
        using BufferedStream buffered = new(input, 1 << 16);
        byte[] start = new byte[2];
        int got = buffered.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        using PrefixedStream whole = new(start.AsMemory(0, got), buffered);
        return StateFile.Read(whole, json: got > 0 && start[0] == '{', compressed: got == 2 && start[0] == 0x1f && start[1] == 0x8b);
    }

    /// <summary>Writes a state under a name that ends in <c>.bin</c> or <c>.bin.gz</c>, or raw to standard output (<c>-</c>).</summary>
    public static void WriteState(string path, VmState state)
    {
        if (path == "-")
        {
            using Stream output = Console.OpenStandardOutput();
            StateFile.Write(output, state);
            return;
        }

        StateFile.Write(path, state);
    }

    /// <exception cref="FormatException">The name is none that a state is written under.</exception>
    public static void CheckStateName(string path, string option)
    {
        if (path is not ("" or "-") && !path.EndsWith(".bin", StringComparison.Ordinal) && !path.EndsWith(".bin.gz", StringComparison.Ordinal))
        {
            throw new FormatException($"{option} \"{path}\" must end in .bin or .bin.gz");
        }
    }

    /// <summary>Replaces <c>%d</c> by the step.</summary>
    public static string Name(string format, ulong step) => format.Replace("%d", step.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Writes a proof; compressed where the name ends in <c>.gz</c>, to standard output for <c>-</c>.</summary>
    public static void WriteProof(string path, StepProof proof) => WriteJson(path, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("step", proof.Step);
        json.WriteString("pre", proof.Pre.ToString());
        json.WriteString("post", proof.Post.ToString());
        json.WriteString("state-data", Hex.Encode(proof.StateData));
        json.WriteString("proof-data", Hex.Encode(proof.ProofData));
        if (proof.Preimage is { } preimage)
        {
            json.WriteString("oracle-key", preimage.Key.ToString());
            json.WriteString("oracle-value", Hex.Encode(preimage.Value));
            if (preimage.Offset > 0)
            {
                json.WriteNumber("oracle-offset", preimage.Offset);
            }
        }

        json.WriteEndObject();
    });

    /// <summary>Writes the symbols, by address.</summary>
    public static void WriteSymbols(string path, IReadOnlyList<ElfSymbol> symbols) => WriteJson(path, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("symbols");
        foreach (ElfSymbol symbol in symbols)
        {
            json.WriteStartObject();
            json.WriteString("name", symbol.Name);
            json.WriteNumber("start", symbol.Start);
            json.WriteNumber("size", symbol.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Prints what <c>witness</c> tells of a state.</summary>
    public static void PrintWitness(VmState state) => WriteJson("-", json =>
    {
        json.WriteStartObject();
        json.WriteNumber("stateVersion", state.Version.Number);
        json.WriteString("witnessHash", state.StateHash().ToString());
        json.WriteString("witness", Hex.Encode(state.EncodeWitness()));
        json.WriteNumber("step", state.Step);
        json.WriteBoolean("exited", state.Exited);
        json.WriteNumber("exitCode", state.ExitCode);
        json.WriteEndObject();
    });

    /// <summary>Writes the figures of a run for <c>--debug-info</c>.</summary>
    public static void WriteDebugInfo(string path, Vm vm) => WriteJson(path, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("pages", vm.State.Memory.PageCount);
        json.WriteString("memory_used", Hex.Quantity((ulong)vm.State.Memory.PageCount * PagedMemory.PageSize));
        json.WriteNumber("num_preimage_requests", vm.Statistics.PreimagesFetched);
        json.WriteNumber("total_preimage_size", vm.Statistics.PreimageBytes);
        json.WriteNumber("total_steps", vm.State.Step);

        // What the reference's instruction cache misses, and the distance from LL to SC, this VM does not have or count.
        json.WriteNumber("instruction_cache_miss_count", 0);
        json.WriteString("highest_icache_miss_pc", "0x0");
        json.WriteNumber("rmw_success_count", vm.Statistics.ConditionalStores);
        json.WriteNumber("rmw_fail_count", vm.Statistics.FailedConditionalStores);
        json.WriteNumber("max_steps_between_ll_and_sc", 0);
        json.WriteNumber("reservation_invalidation_count", vm.Statistics.ReservationsBroken);
        json.WriteNumber("forced_preemption_count", vm.Statistics.Preemptions);
        json.WriteNumber("idle_step_count_thread_0", vm.Statistics.StepsOfOtherThreads);
        json.WriteEndObject();
    });

    /// <summary>Writes JSON to a file that appears only whole, or to standard output.</summary>
    private static void WriteJson(string path, Action<Utf8JsonWriter> write)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Plain))
        {
            write(json);
        }

        text.Write("\n"u8);
        text.Position = 0;
        if (path == "-")
        {
            using Stream output = Console.OpenStandardOutput();
            text.CopyTo(output);
            return;
        }

        string partial = path + ".partial";
        using (FileStream file = File.Create(partial))
        {
            using Stream target = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Optimal) : file;
            text.CopyTo(target);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(partial, ModeOfReference);
        }

        File.Move(partial, path, overwrite: true);
    }
}
