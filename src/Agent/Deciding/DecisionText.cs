using Gavel.Agent.Operating;

namespace Gavel.Agent.Deciding;

/// <summary>Writes what a decision costs for people.</summary>
internal static class DecisionText
{
    /// <summary>The whole outlook, the choice that is meant last.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="view">The outlook.</param>
    /// <param name="choice"><c>valid</c> or <c>invalid</c>; null where a decision is taken back.</param>
    public static void Show(Screen screen, DecisionView view, string? choice)
    {
        screen.Line($"{view.Chain} game {view.Game}");
        screen.Line($"  claims    root {view.RootClaim} for L2 block {view.L2Block}, by L1 head {view.L1Head}");
        screen.Line($"  clock     {(view.SecondsLeft > 0 ? $"{Screen.Duration(view.SecondsLeft)} left to attack the root, until {view.Deadline.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "the root can be attacked no more")} (L1 block {view.L1Block})");
        screen.Line($"  nodes say {view.NodesSay.Truth} ({view.NodesSay.Rule}): {view.NodesSay.Text}");
        screen.Line(view.Decision is { } standing ? $"  in force  {standing}" : "  in force  what the nodes say: nobody has decided");
        foreach (ChoiceView cost in choice == "valid" ? [view.Invalid, view.Valid] : new[] { view.Valid, view.Invalid })
        {
            Show(screen, cost, cost.Choice == choice);
        }
    }

    private static void Show(Screen screen, ChoiceView cost, bool isMeant)
    {
        screen.Line("");
        screen.Line($"{(isMeant ? "> " : "")}if the root is called {cost.Choice}:");
        screen.Line($"  lost if that is right  {Eth(cost.LostIfRightWei)}{Claims(cost.LostIfRightClaims, "that stand against it")}");
        screen.Line($"  lost if that is wrong  {Eth(cost.LostIfWrongWei)}{Claims(cost.LostIfWrongClaims, "that stand with it")}{(cost.Moves.Count > 0 ? $", and {Eth(cost.BondsNowWei)} that it bonds at once" : "")}");
        screen.Line($"  fought to the end      up to {Eth(cost.WorstCaseWei)} more");
        foreach (MoveView move in cost.Moves)
        {
            screen.Line($"  at once    {move.Text}{(move.BondWei == "0" ? "" : $", bond {Eth(move.BondWei)}")}{(move.IsOurs ? " - COUNTERS A CLAIM OF OUR OWN" : "")}");
        }

        if (cost.Moves.Count == 0)
        {
            screen.Line("  at once    nothing is moved");
        }

        foreach (string node in cost.SetAside)
        {
            screen.Line($"  set aside  {node}");
        }

        foreach (string claim in cost.Unanswered)
        {
            screen.Line($"  NO ANSWER  {claim}");
        }
    }

    private static string Eth(string wei) => $"{Ether.Format(UInt256.Parse(wei))} ETH";

    private static string Claims(IReadOnlyList<int> claims, string which) => claims.Count == 0 ? "" : $" (our claims {string.Join(", ", claims)} {which})";
}
