using System.Reflection;
using System.Text.Json;

namespace Gavel.Devnet;

/// <summary>The bytes of a compiled contract.</summary>
/// <param name="CreationCode">What a creating transaction carries, before the constructor's arguments.</param>
/// <param name="RuntimeCode">What then lies at the address, save for immutable values.</param>
internal sealed record ContractArtifact(byte[] CreationCode, byte[] RuntimeCode)
{
    /// <summary>Reads one of the package's artifacts.</summary>
    /// <exception cref="DevnetException">The file is missing or not an artifact with linked code.</exception>
    public static ContractArtifact FromPackage(NpmPackages packages, string name) =>
        FromFile(Path.Combine(packages.Artifacts, $"{name}.sol", $"{name}.json"));

    /// <summary>Reads an artifact from its file.</summary>
    /// <exception cref="DevnetException">The file is missing or not an artifact with linked code.</exception>
    public static ContractArtifact FromFile(string file) =>
        File.Exists(file) ? Parse(File.ReadAllBytes(file), file) : throw new DevnetException($"the contract artifact {file} is missing");

    /// <summary>Reads one of ours, which the assembly carries.</summary>
    public static ContractArtifact Own(string name)
    {
        Assembly assembly = typeof(ContractArtifact).Assembly;
        using Stream stream = assembly.GetManifestResourceStream($"{name}.json")
            ?? throw new DevnetException($"the assembly lacks the contract {name}");
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), name);
    }

    // Artifacts hold megabytes of metadata: the two texts wanted are picked out while reading, and no document is built.
    private static ContractArtifact Parse(ReadOnlyMemory<byte> json, string origin)
    {
        try
        {
            Utf8JsonReader reader = new(json.Span);
            byte[]? creation = null;
            byte[]? runtime = null;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                bool isCreation = reader.ValueTextEquals("bytecode");
                if (isCreation)
                {
                    creation = ReadObject(ref reader);
                }
                else if (reader.ValueTextEquals("deployedBytecode"))
                {
                    runtime = ReadObject(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            return creation is not null && runtime is not null
                ? new ContractArtifact(creation, runtime)
                : throw new DevnetException($"{origin} has no bytecode.object and deployedBytecode.object");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new DevnetException($"{origin} is not a contract artifact with linked code: {e.Message}", e);
        }
    }

    private static byte[]? ReadObject(ref Utf8JsonReader reader)
    {
        byte[]? code = null;
        reader.Read();
        int depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            bool wanted = reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("object");
            if (wanted)
            {
                reader.Read();
                code = Hex.Decode(reader.GetString()!);
            }
            else
            {
                reader.Skip();
            }
        }

        return code;
    }
}
