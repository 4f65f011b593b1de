using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.SuperRoots;

namespace Gavel.Contracts.Checking;

/// <summary>
/// Recorded calls of super games (format: tests/vectors/super/README.md): what a clone's code holds against what the contract answers, refusals against the names that they have here and
/// against what this build makes of the same extra data, local data against contexts and keys.
/// </summary>
public static class RecordedSuperGames
{
    /// <summary>Checks a file of recorded calls.</summary>
    /// <exception cref="RecordingException">It cannot be read, or is of another format.</exception>
    public static ContractCheck Check(string file)
    {
        RecordedLines lines = new(file);
        Dictionary<string, SuperCloneArguments> games = [];
        List<string> differences = [];
        int answers = 0;
        int refusals = 0;
        JsonElement[] all = [.. lines.Read()];
        foreach (JsonElement line in all)
        {
            string game = lines.Take(() => Text(line, "game"));
            string id = $"{game} {line.GetProperty("id")}: ";
            differences.AddRange(lines.Take(() => (string[])
            [
                .. Clone(line, game, games).Select(difference => id + difference),
                .. games.TryGetValue(game, out SuperCloneArguments? known) && Answer(line, known, ref answers) is { } answer ? new[] { id + answer } : [],
                .. Refusal(line, ref refusals) is { } refusal ? new[] { id + refusal } : [],
            ]));
        }

        int local = lines.Take(() => LocalData(all, differences));
        return new ContractCheck($"{games.Count} super games, {answers} answers, {refusals} refusals, {local} local data", differences);
    }

    private static IEnumerable<string> Clone(JsonElement line, string game, Dictionary<string, SuperCloneArguments> games)
    {
        if (!line.TryGetProperty("clone_code", out JsonElement code))
        {
            return [];
        }

        CloneCode? clone = CloneCode.Parse(Hex.Decode(code.GetString()!));
        if (clone is null || SuperCloneArguments.Parse(clone.Arguments.Span) is not { } read)
        {
            return ["its code is not read as that of a super game"];
        }

        games[game] = read;
        byte[] arguments = Hex.Decode(Text(line, "game_args"));
        return new[]
        {
            Differs("extra data", Text(line, "extra_data"), Hex.Encode(read.Claimed.Encoding.Span)),
            Differs("length of the factory's arguments", $"{arguments.Length}", $"{SuperCloneArguments.FactoryArguments(read.Kind)}"),
            Differs("the factory's arguments", Hex.Encode(arguments), Hex.Encode(clone.Arguments.Span[^arguments.Length..])),
            line.TryGetProperty("uuid", out JsonElement uuid) ? Differs("uuid", uuid.GetString()!, $"{GameUuid(read)}") : null,
            line.TryGetProperty("implementation", out JsonElement implementation) ? Differs("implementation", implementation.GetString()!, $"{clone.Implementation}") : null,
        }.OfType<string>();
    }

    // What the clone's code tells a getter to answer, as the contract's own bytes.
    private static string? Answer(JsonElement line, SuperCloneArguments game, ref int answers)
    {
        if (!line.TryGetProperty("signature", out JsonElement signature))
        {
            return null;
        }

        string[] arguments = [.. line.GetProperty("args").EnumerateArray().Select(static argument => $"{argument}")];
        string? expected = signature.GetString() switch
        {
            "gameType()" => Word(game.GameType),
            "gameCreator()" => Word(game.Creator),
            "rootClaim()" => $"{game.Claimed.Hash}",
            "l1Head()" => $"{game.L1Head}",
            "l2SequenceNumber()" => Word(game.Claimed.Timestamp),
            "anchorStateRegistry()" => Word(game.AnchorStateRegistry),
            "absolutePrestate()" => game.Dispute is { } dispute ? $"{dispute.AbsolutePrestate}" : "",
            "vm()" => game.Dispute is { } dispute ? Word(dispute.Vm) : "",
            "weth()" => game.Dispute is { } dispute ? Word(dispute.Weth) : "",
            "proposer()" => game.Proposer is { } proposer ? Word(proposer) : "",
            "challenger()" => game.Challenger is { } challenger ? Word(challenger) : "",
            "l2ChainId()" or "l2BlockNumber()" or "startingBlockNumber()" or "startingOutputRoot()" => "",
            "rootClaimByChainId(uint256)" => game.Claimed.OutputOf(UInt256.Parse(arguments[0]))?.ToString() ?? "",
            "gameData()" => Data(line, game),
            _ => null,
        };
        if (expected is null)
        {
            return null;
        }

        answers++;
        return Differs(signature.GetString()!, line.TryGetProperty("returndata", out JsonElement told) ? told.GetString()! : "", expected);
    }

    // Decoded strictly, which takes these bytes and no others.
    private static string Data(JsonElement line, SuperCloneArguments game)
    {
        byte[] told = Hex.Decode(Text(line, "returndata"));
        GameDataAnswer data = StrictAbi.Decode<GameDataAnswer>(told, "gameData()");
        return data.GameType == game.GameType && SuperCloneArguments.Claim(data.ExtraData, data.RootClaim.ToHash32())?.Hash == game.Claimed.Hash ? Hex.Encode(told) : "another game's data";
    }

    private static string? Refusal(JsonElement line, ref int refusals)
    {
        string? made = line.TryGetProperty("extra_data", out JsonElement extra) && line.TryGetProperty("result", out _) && !line.TryGetProperty("game_args", out _)
            ? Made(Hex.Decode(extra.GetString()!), Hash32.Parse(Text(line, "root_claim")))
            : null;
        if (!line.TryGetProperty("revert", out JsonElement revert) || revert.ValueKind != JsonValueKind.String)
        {
            return made is null ? null : $"it was created, and is refused here with {made}";
        }

        refusals++;
        byte[] data = Hex.Decode(revert.GetString()!);
        RevertReason reason = DisputeErrors.Decoder.Decode(data);
        return data.Length > 0 && (reason.Name is null || reason.Fault is not null) ? $"the refusal {reason} has no name"
            : made is null || made == reason.Name ? null
            : $"it was refused with {reason}, and is here with {made}";
    }

    // With which error the contract refuses extra data for themselves; null where it takes them. It looks at lengths first, then at the word, the version, and the hash.
    private static string? Made(byte[] extraData, Hash32 rootClaim)
    {
        SuperFault? fault = null;
        try
        {
            _ = SuperRoot.Decode(extraData);
        }
        catch (SuperFormatException refused)
        {
            fault = refused.Fault;
        }

        bool hasLength = extraData.Length > SuperRoot.HeadSize && (extraData.Length - SuperRoot.HeadSize) % SuperRoot.ChainSize == 0;
        return !hasLength ? "BadExtraData"
            : rootClaim == SuperClaim.Invalid.Value ? "SuperFaultDisputeGameInvalidRootClaim"
            : fault == SuperFault.Version ? "Encoding_InvalidSuperRootVersion"
            : SuperCloneArguments.Claim(extraData, rootClaim) is null ? "BadExtraData"
            : null;
    }

    private static int LocalData(JsonElement[] lines, List<string> differences)
    {
        JsonElement[] told = [.. lines.Where(static line => line.TryGetProperty("claims", out _))];
        if (told is not [var game])
        {
            return 0;
        }

        Address address = Address.Parse(Text(game, "address"));
        (Hash32 Value, UInt128 Position)[] claims =
            [.. game.GetProperty("claims").EnumerateArray().Select(static claim => (Hash32.Parse(Text(claim, "claim")), UInt128.Parse(Text(claim, "position"), CultureInfo.InvariantCulture)))];
        int count = 0;
        foreach (JsonElement line in lines.Where(static line => Text(line, "game") == "short game" && line.TryGetProperty("key", out _)))
        {
            count++;
            byte ident = line.GetProperty("ident").GetByte();

            // An attack on the leaf of the first second starts from the game's start; a defence of it agrees with it and disputes the claim above.
            (Hash32 Value, UInt128 Position) leaf = claims[3];
            (Hash32 Value, UInt128 Position) above = claims.Single(claim => claim.Position == new GameSolver.Position(leaf.Position + 1).TraceAncestor().GIndex);
            bool isAttack = Text(line, "path") == "attack";
            Hash32 context = isAttack ? LocalContext.OfFirstBlock(leaf.Value, leaf.Position) : LocalContext.Of(leaf.Value, leaf.Position, above.Value, above.Position);
            SuperLocalInputs inputs = new(
                Hash32.Zero,
                isAttack ? Hash32.Parse(Text(game, "starting_root")) : leaf.Value,
                isAttack ? leaf.Value : above.Value,
                game.GetProperty("claimed_timestamp").GetUInt64(),
                default);
            byte[] datum = inputs.Datum(ident)!;
            byte[] parts = Hex.Decode(Text(line, "part_at_8"));
            string?[] found =
            [
                Differs("local context", Text(line, "local_context"), $"{context}"),
                Differs("key", Text(line, "key"), $"{LocalContext.Localize(ident, address, context)}"),
                Differs("length", $"{line.GetProperty("length")}", $"{datum.Length}"),
                ident == 1 ? null : Differs($"datum {ident}", Hex.Encode(parts.AsSpan(0, datum.Length)), Hex.Encode(datum)),
            ];
            differences.AddRange(found.OfType<string>().Select(difference => $"short game {line.GetProperty("id")}: {difference}"));
        }

        return count;
    }

    private static Hash32 GameUuid(SuperCloneArguments game)
    {
        ReadOnlySpan<byte> extra = game.Claimed.Encoding.Span;
        byte[] encoded = new byte[(4 * Hash32.Size) + ((extra.Length + Hash32.Size - 1) / Hash32.Size * Hash32.Size)];
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(28), game.GameType);
        game.Claimed.Hash.CopyTo(encoded.AsSpan(32));
        encoded[95] = 3 * Hash32.Size;
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(124), extra.Length);
        extra.CopyTo(encoded.AsSpan(128));
        return Keccak256.Hash(encoded);
    }

    private static string? Differs(string what, string recorded, string ours) =>
        string.Equals(recorded, ours, StringComparison.OrdinalIgnoreCase) ? null : $"{what} is {(ours.Length == 0 ? "absent" : ours)}, not {(recorded.Length == 0 ? "absent" : recorded)}";

    private static string Word(UInt256 number) => $"{Hash32.FromUInt256(number)}";

    private static string Word(Address address) => $"0x{Hex.Encode(address.ToArray())[2..].PadLeft(64, '0')}";

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
