using System.Globalization;
using System.Text.Json;
using Gavel.GameSolver;

namespace Gavel.Agent.Solve;

/// <summary>An action as the recorded files have it: a move with its value, or a step with the index it executes.</summary>
internal readonly record struct RecordedAction(uint ParentIndex, bool IsAttack, Hash32? Value, UInt128 StepTraceIndex)
{
    public static RecordedAction Of(GameAction action) => action switch
    {
        MoveAction move => new((uint)move.ParentIndex, move.IsAttack, move.Value, 0),
        StepAction step => new((uint)step.ClaimIndex, step.IsAttack, null, step.TraceIndex),
        _ => throw new ArgumentException($"{action.GetType().Name} does not occur in recorded games", nameof(action)),
    };

    public static RecordedAction Read(JsonElement json)
    {
        uint parent = json.GetProperty("parentIndex").GetUInt32();
        bool attack = json.GetProperty("isAttack").GetBoolean();
        string? type = json.GetProperty("type").GetString();
        return type switch
        {
            "move" => new(parent, attack, RecordedGame.HashOf(json.GetProperty("value")), 0),
            "step" => new(parent, attack, null, RecordedGame.NumberOf(json.GetProperty("stepTraceIndex"))),
            _ => throw new FormatException($"an action's type is move or step, not \"{type}\""),
        };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", Value is null ? "step" : "move");
        json.WriteNumber("parentIndex", ParentIndex);
        json.WriteBoolean("isAttack", IsAttack);
        if (Value is { } value)
        {
            json.WriteString("value", value.ToString());
        }
        else
        {
            json.WriteString("stepTraceIndex", StepTraceIndex.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }
}
