using System.Text.Json;
using Gavel.GameSolver.Resolving;
using Gavel.GameSolver.Solving;

namespace Gavel.GameSolver.Tests.Recorded;

/// <summary>Next actions, whole games and resolutions against the reference's.</summary>
public sealed class RecordedGameTests
{
    [Fact]
    public void Next_actions_agree_in_the_reference_s_order()
    {
        Dictionary<string, int> counts = [];
        foreach (JsonElement line in RecordedFile.Lines("games"))
        {
            int maxDepth = line.GetProperty("maxDepth").GetInt32();
            string kind = line.GetProperty("kind").GetString()!;
            Game game = RecordedFile.GameOf(line.GetProperty("claims"), maxDepth);
            Solution solution = new HonestSolver(new RecordedTrace(maxDepth)).Solve(game);
            string[] expected = [.. line.GetProperty("actions").EnumerateArray().Select(Text)];
            string[] actual = [.. solution.Actions.Select(action => Text(action))];
            string id = line.GetProperty("id").GetString()!;
            Assert.Equal(line.GetProperty("agreeWithRoot").GetBoolean(), solution.AgreesWithRoot);
            Assert.Empty(solution.Unanswered);
            if (kind.EndsWith("-partly-resolved", StringComparison.Ordinal))
            {
                // Rule 7: the reference moves in resolved subgames too; ours are its actions without those.
                expected = [.. line.GetProperty("actions").EnumerateArray().Where(json => !IsResolved(game, json)).Select(Text)];
            }

            Assert.True(expected.SequenceEqual(actual), $"{id}: expected [{string.Join("; ", expected)}], got [{string.Join("; ", actual)}]");
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }

        Assert.Equal(23, counts.Count);
        Assert.True(counts.Values.Sum() >= 731);
    }

    [Fact]
    public void Growing_a_game_claim_by_claim_gives_the_same_actions()
    {
        foreach (JsonElement line in RecordedFile.Part("games"))
        {
            int maxDepth = line.GetProperty("maxDepth").GetInt32();
            RecordedTrace trace = new(maxDepth);
            Claim[] claims = [.. line.GetProperty("claims").EnumerateArray().Select(RecordedFile.ClaimOf)];
            HonestSolver growing = new(trace);
            Game game = Game.Create(GameShape.Unsplit(maxDepth), claims[0]);
            for (int i = 1; i < claims.Length; i++)
            {
                growing.Solve(game);
                game = game.Add(claims[i]);
            }

            Game whole = Game.Create(GameShape.Unsplit(maxDepth), claims);
            Assert.Equal(whole, game);
            Assert.Equal(
                new HonestSolver(trace).Solve(whole).Actions.Select(action => Text(action)),
                growing.Solve(game).Actions.Select(action => Text(action)));
        }
    }

    [Fact]
    public void Rounds_agree_from_the_first_move_to_the_last_bond()
    {
        int count = 0;
        foreach (JsonElement line in RecordedFile.Lines("rounds"))
        {
            count++;
            Replay(line);
        }

        Assert.Equal(733, count);
    }

    private static void Replay(JsonElement line)
    {
        int maxDepth = line.GetProperty("maxDepth").GetInt32();
        string id = line.GetProperty("id").GetString()!;
        Address honest = Address.Parse(line.GetProperty("honestClaimant").GetString()!);
        Game game = RecordedFile.GameOf(line.GetProperty("initialClaims"), maxDepth);
        HonestSolver solver = new(new RecordedTrace(maxDepth));
        foreach (JsonElement round in line.GetProperty("rounds").EnumerateArray())
        {
            Solution solution = solver.Solve(game);
            string[] expected = [.. round.GetProperty("actions").EnumerateArray().Select(Text)];
            Assert.True(expected.SequenceEqual(solution.Actions.Select(action => Text(action))), $"{id}: other actions after {game.Count} claims");
            if (round.GetProperty("applied").GetBoolean())
            {
                game = round.GetProperty("actions").EnumerateArray().Aggregate(game, (state, action) => Apply(state, action, honest));
            }

            foreach (JsonElement reply in round.GetProperty("replies").EnumerateArray())
            {
                game = Apply(game, reply, Address.Parse(reply.GetProperty("claimant").GetString()!));
            }
        }

        Assert.Equal(RecordedFile.GameOf(line.GetProperty("finalClaims"), maxDepth), game);
        CheckResolution(line.GetProperty("resolution"), Forecast.Of(game));
    }

    private static void CheckResolution(JsonElement expected, Forecast actual)
    {
        GameStatus status = expected.GetProperty("status").GetString() == "DEFENDER_WINS" ? GameStatus.DefenderWins : GameStatus.ChallengerWins;
        Assert.Equal(status, actual.Status);
        Assert.Equal(Addresses(expected.GetProperty("counteredBy")), actual.CounteredBy);
        Assert.Equal(Addresses(expected.GetProperty("bondRecipient")), actual.BondRecipients);
        Assert.Equal(Accounts(expected.GetProperty("credits")), actual.Credits.OrderBy(entry => entry.Key));
        Assert.Equal(Accounts(expected.GetProperty("refundCredits")), actual.RefundCredits.OrderBy(entry => entry.Key));

        static Address[] Addresses(JsonElement json) => [.. json.EnumerateArray().Select(text => Address.Parse(text.GetString()!))];

        static IEnumerable<KeyValuePair<Address, UInt256>> Accounts(JsonElement json) => json.EnumerateObject()
            .Select(entry => KeyValuePair.Create(Address.Parse(entry.Name), UInt256.Parse(entry.Value.GetString()!)))
            .OrderBy(entry => entry.Key);
    }

    private static Game Apply(Game game, JsonElement action, Address claimant)
    {
        int parent = action.GetProperty("parentIndex").GetInt32();
        if (action.GetProperty("type").GetString() == "step")
        {
            return game.WithStep(parent, claimant);
        }

        Position above = game[parent].Position;
        Position position = action.GetProperty("isAttack").GetBoolean() ? above.Attack() : above.Defend();
        int depth = position.Depth;
        UInt256 bond = (ulong)(depth * depth + 3 * depth + 7) * 1_000_000_000_000_000UL;
        return game.Add(new Claim((uint)parent, position, Hash32.Parse(action.GetProperty("value").GetString()!), claimant, bond));
    }

    private static bool IsResolved(Game game, JsonElement action)
    {
        int index = action.GetProperty("parentIndex").GetInt32();
        bool leaf = game[index].Position.Depth == game.Shape.MaxDepth;
        return game.IsWithinResolved(leaf ? game.ParentOf(index)!.Value : index);
    }

    private static string Text(JsonElement action)
    {
        string head = $"{action.GetProperty("type")} {action.GetProperty("parentIndex")} {action.GetProperty("isAttack")} ";
        return head + (action.TryGetProperty("value", out JsonElement value) ? value : action.GetProperty("stepTraceIndex"));
    }

    private static string Text(GameAction action)
    {
        switch (action)
        {
            case MoveAction move:
                return $"move {move.ParentIndex} {move.IsAttack} {move.Value}";
            case StepAction step:
                byte[] before = step.TraceIndex == 0 ? [.. Enumerable.Repeat((byte)0xff, 32)] : RecordedTrace.Word(step.TraceIndex - 1);
                Assert.Equal(before, step.Data.PreState.ToArray());
                return $"step {step.ClaimIndex} {step.IsAttack} {step.TraceIndex}";
            default:
                return action.ToString();
        }
    }
}
