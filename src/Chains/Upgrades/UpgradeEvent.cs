using System.Text.Json;
using System.Text.Json.Serialization;
using Gavel.Contracts;

namespace Gavel.Chains;

/// <summary>An upgrade of a chain that was seen: by what its games are made is another than before.</summary>
public sealed record UpgradeEvent
{
    /// <summary>When it was seen, by the host's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The chain's name.</summary>
    public required string Chain { get; init; }

    /// <summary>What kind of change.</summary>
    public required TermsChangeKind Kind { get; init; }

    /// <summary>The factory that it is of; null for a change of the chain as a whole.</summary>
    public Address? Factory { get; init; }

    /// <summary>The game type that it is of; null where it is of none.</summary>
    public uint? GameType { get; init; }

    /// <summary>The L1 block at which all was as before: number and hash.</summary>
    public required string After { get; init; }

    /// <summary>The L1 block at which it was seen: number and hash.</summary>
    public required string SeenAt { get; init; }

    /// <summary>What is now, and what was before.</summary>
    public required string What { get; init; }

    /// <summary>What an operator needs before the first game made so; empty where nothing is needed.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    /// <summary>In one line.</summary>
    public override string ToString()
    {
        string of = (GameType, Factory) switch
        {
            ({ } type, { } factory) => $"game type {type} of factory {factory}: ",
            _ => "",
        };
        string needs = Needs.Count == 0 ? "nothing new is needed for it" : $"before the first game made so you need {string.Join("; and ", Needs)}";
        return $"{of}{What}; {needs}; it changed after L1 block {After} and by {SeenAt}";
    }
}

/// <summary>By what a chain's games were made when it was last looked at, and the upgrades seen up to then.</summary>
/// <param name="Terms">The terms.</param>
/// <param name="L1Block">Number of the L1 block at which they were last read.</param>
/// <param name="L1Hash">Its hash.</param>
/// <param name="Events">The upgrades, oldest first.</param>
public sealed record KeptTerms(ChainTerms Terms, ulong L1Block, Hash32 L1Hash, IReadOnlyList<UpgradeEvent> Events)
{
    /// <summary>Factories that the <c>SystemConfig</c> named before, as far as that was seen.</summary>
    public IReadOnlyList<Address> FormerFactories { get => field ?? []; init; } // files of before this was kept have none
}

/// <summary>How they are kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(AddressConverter), typeof(Hash32Converter), typeof(UInt256Converter)])]
[JsonSerializable(typeof(KeptTerms))]
internal sealed partial class UpgradeJson : JsonSerializerContext;

internal sealed class AddressConverter() : TextConverter<Address>(Address.Parse);

internal sealed class Hash32Converter() : TextConverter<Hash32>(Hash32.Parse);

internal sealed class UInt256Converter() : TextConverter<UInt256>(UInt256.Parse);

/// <summary>Keeps a value as its text.</summary>
internal abstract class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
