using System.Text.Json;

namespace Gavel.GameSolver.Tests.Recorded;

/// <summary>Positions, clocks and claim ids against the reference's figures.</summary>
public sealed class RecordedValueTests
{
    [Fact]
    public void Positions_agree()
    {
        int count = 0;
        foreach (JsonElement line in RecordedFile.Lines("positions"))
        {
            count++;
            Position position = RecordedFile.PositionOf(line, "gindex");
            Assert.Equal(line.GetProperty("depth").GetInt32(), position.Depth);
            Assert.Equal(RecordedFile.Number(line.GetProperty("indexAtDepth")), position.IndexAtDepth);
            Assert.Equal(line.GetProperty("isRoot").GetBoolean(), position.IsRoot);
            Assert.Equal(Optional(line, "moveRight"), position.MoveRight());
            Assert.Equal(RecordedFile.Number(line.GetProperty("moveRightIndexAtDepth")), position.IndexAtDepth + 1);
            CheckMoves(line, position);
            foreach (JsonElement trace in line.GetProperty("traceIndices").EnumerateArray())
            {
                Assert.Equal(RecordedFile.Number(trace.GetProperty("traceIndex")), position.TraceIndex(trace.GetProperty("maxDepth").GetInt32()));
            }

            foreach (JsonElement relative in line.GetProperty("relativeToAncestorAtDepth").EnumerateArray())
            {
                int depth = relative.GetProperty("ancestorDepth").GetInt32();
                Assert.Equal(RecordedFile.PositionOf(relative, "gindex"), position.RelativeToAncestorAtDepth(depth));
            }

            int refused = line.GetProperty("relativeErrorAtDepth").GetInt32();
            Assert.Throws<ArgumentOutOfRangeException>(() => position.RelativeToAncestorAtDepth(refused));
        }

        Assert.Equal(3129, count);
    }

    [Fact]
    public void Clocks_agree()
    {
        Dictionary<string, int> counts = [];
        foreach (JsonElement line in RecordedFile.Lines("clocks"))
        {
            string kind = line.GetProperty("kind").GetString()!;
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            switch (kind)
            {
                case "decode":
                    UInt128 word = RecordedFile.Number(line.GetProperty("clock"));
                    ChessClock clock = ChessClock.Unpack(word);
                    Assert.Equal(ClockOf(line), clock);
                    Assert.Equal(word, clock.Pack());
                    break;
                case "chess":
                    CheckElapsed(line);
                    break;
                case "game":
                    CheckGame(line);
                    break;
                default:
                    Assert.Fail($"unknown kind {kind}");
                    break;
            }
        }

        Assert.Equal(["chess", "decode", "game"], counts.Keys.Order());
        Assert.Equal(1817, counts.Values.Sum());
    }

    [Fact]
    public void Claim_ids_agree()
    {
        int count = 0;
        foreach (JsonElement line in RecordedFile.Lines("claimids"))
        {
            count++;
            if (line.GetProperty("kind").GetString() == "id")
            {
                ClaimId id = IdOf(line);
                Assert.Equal(Hash32.Parse(line.GetProperty("id").GetString()!), id.ReferenceHash());
                Assert.Equal(Hash32.Parse(line.GetProperty("contractClaimHash").GetString()!), id.ContractHash());
                continue;
            }

            Game game = RecordedFile.GameOf(line.GetProperty("claims"), Position.MaxDepth);
            foreach (JsonElement candidate in line.GetProperty("candidates").EnumerateArray())
            {
                Assert.Equal(candidate.GetProperty("isDuplicate").GetBoolean(), game.Contains(IdOf(candidate)));
            }
        }

        Assert.Equal(550, count);
    }

    private static void CheckMoves(JsonElement line, Position position)
    {
        if (position.Depth == Position.MaxDepth)
        {
            Assert.Throws<InvalidOperationException>(() => position.Attack());
            return;
        }

        Assert.Equal(RecordedFile.PositionOf(line, "attack"), position.Attack());
        Assert.Equal(line.GetProperty("attackRightOf").GetBoolean(), position.IsDefendedBy(position.Attack()));
        if (Optional(line, "defend") is not { } defence)
        {
            Assert.Throws<InvalidOperationException>(() => position.Defend());
            return;
        }

        Assert.Equal(defence, position.Defend());
        Assert.Equal(line.GetProperty("defendRightOf").GetBoolean(), position.IsDefendedBy(position.Defend()));
    }

    private static void CheckElapsed(JsonElement line)
    {
        const long Nano = 1_000_000_000;
        ulong nanos = ulong.Parse(line.GetProperty("nowUnixNanos").GetString()!);
        ChessClock parent = line.GetProperty("parent") is { ValueKind: JsonValueKind.Object } json ? ClockOf(json) : default;
        Int128 whole = ChessClock.Elapsed(parent, ClockOf(line.GetProperty("claim")), nanos / Nano);
        Assert.Equal(Int128.Parse(line.GetProperty("elapsedNanos").GetString()!), whole * Nano + (nanos % Nano));
    }

    private static void CheckGame(JsonElement line)
    {
        ulong now = line.GetProperty("now").GetUInt64();
        JsonElement[] claims = [.. line.GetProperty("claims").EnumerateArray()];
        foreach (JsonElement claim in claims)
        {
            uint parent = claim.GetProperty("parentIndex").GetUInt32();
            ChessClock above = parent == Claim.NoParent ? default : ClockOf(claims[parent]);
            Assert.Equal(claim.GetProperty("elapsedSeconds").GetInt64(), ChessClock.Elapsed(above, ClockOf(claim), now));
        }
    }

    private static ChessClock ClockOf(JsonElement json) =>
        new(json.GetProperty("durationSeconds").GetUInt64(), json.GetProperty("timestamp").GetUInt64());

    private static ClaimId IdOf(JsonElement json) => new(
        RecordedFile.PositionOf(json, "gindex"), Hash32.Parse(json.GetProperty("value").GetString()!), json.GetProperty("parentIndex").GetUInt32());

    private static Position? Optional(JsonElement json, string name) =>
        json.GetProperty(name).ValueKind == JsonValueKind.Null ? null : RecordedFile.PositionOf(json, name);
}
