using System.Globalization;
using System.Numerics;
using Gavel.Contracts;
using Gavel.GameSolver;
using Spectre.Console;

namespace Gavel.Agent.Demo;

/// <summary>Shows the demo: on a terminal as a picture that is drawn over, elsewhere as plain lines.</summary>
internal abstract class DemoView
{
    /// <summary>Tells what begins now.</summary>
    public abstract void Stage(string text);

    /// <summary>Shows the game as it is.</summary>
    public abstract void Show(DemoScene scene);

    /// <summary>One claim in words.</summary>
    protected static string Words(DemoScene scene, int index)
    {
        Claim claim = scene.State.Claims[index];
        GameRules rules = scene.Game.Rules!;
        string who = claim.Claimant == scene.Us ? "Gavel" : "proposer";
        string what = claim.IsRoot
            ? "claims"
            : claim.Position == scene.State.Claims[(int)claim.ParentIndex].Position.Attack() ? "attacks" : "defends";
        string subject = claim.Position.Depth <= rules.SplitDepth ? "output" : "VM state";
        string countered = claim.CounteredBy.IsZero ? "" : claim.Position.Depth == rules.MaxDepth ? "  << stepped on by Gavel" : "  << countered";
        string value = claim.Value.ToString();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"depth {claim.Position.Depth,2}  {who,-8} {what} with {subject,-8} {value[..10]}…  bond {Ether.Format(claim.Bond)} ETH{countered}");
    }

    /// <summary>Seconds that the side to move still has against the newest claim.</summary>
    protected static ulong SecondsLeft(DemoScene scene)
    {
        Claim last = scene.State.Claims[^1];
        ChessClock parent = last.IsRoot ? default : scene.State.Claims[(int)last.ParentIndex].Clock;
        Int128 left = scene.Game.Rules!.Clock.Deadline(parent, last.Clock) - scene.Now;
        return left <= 0 ? 0 : (ulong)left;
    }
}

/// <summary>Plain lines: what a log or a pipe can keep.</summary>
internal sealed class PlainDemoView : DemoView
{
    private int _shown;
    private int _resolved;
    private bool _stepped;

    /// <inheritdoc/>
    public override void Stage(string text) => Console.Out.WriteLine($"* {text}");

    /// <inheritdoc/>
    public override void Show(DemoScene scene)
    {
        for (; _shown < scene.State.Claims.Count; _shown++)
        {
            Console.Out.WriteLine($"  {Words(scene, _shown)}");
        }

        Claim last = scene.State.Claims[^1];
        if (!_stepped && !last.CounteredBy.IsZero && last.Position.Depth == scene.Game.Rules!.MaxDepth)
        {
            _stepped = true;
            Console.Out.WriteLine($"  {Words(scene, scene.State.Claims.Count - 1)}");
        }

        int resolved = scene.State.Resolved.Count(done => done);
        if (resolved != _resolved)
        {
            _resolved = resolved;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {resolved} of {scene.State.Claims.Count} claims resolved"));
        }
    }
}

/// <summary>A picture for a terminal: the newest claims as a tree, clocks and balances.</summary>
internal sealed class LiveDemoView(LiveDisplayContext live) : DemoView
{
    private readonly int _rows = Math.Max(4, AnsiConsole.Profile.Height - 6);
    private string _stage = "";
    private DemoScene? _scene;

    /// <inheritdoc/>
    public override void Stage(string text)
    {
        _stage = text;
        Draw();
    }

    /// <inheritdoc/>
    public override void Show(DemoScene scene)
    {
        _scene = scene;
        Draw();
    }

    private void Draw()
    {
        Grid grid = new Grid().AddColumn().AddRow(new Markup($"[bold]{Markup.Escape(_stage)}[/]"));
        if (_scene is { } scene)
        {
            string turn = scene.State.Claims[^1].Claimant == scene.Us ? "proposer" : "Gavel";
            grid.AddRow(new Markup(string.Create(
                CultureInfo.InvariantCulture,
                $"[green]Gavel {Short(scene.Ours)} ETH[/]   [red]proposer {Short(scene.Theirs)} ETH[/]   {scene.State.Claims.Count} claims, {scene.State.Resolved.Count(done => done)} resolved   {turn} has {SecondsLeft(scene)} s to answer")));
            int first = Math.Max(0, scene.State.Claims.Count - _rows);
            if (first > 0)
            {
                grid.AddRow(new Markup($"[grey]… {first.ToString(CultureInfo.InvariantCulture)} earlier claims[/]"));
            }

            for (int i = first; i < scene.State.Claims.Count; i++)
            {
                string colour = scene.State.Claims[i].Claimant == scene.Us ? "green" : "red";
                string indent = new(' ', Math.Min(i - first, 20));
                grid.AddRow(new Markup($"[grey]{indent}└ [/][{colour}]{Markup.Escape(Words(scene, i))}[/]"));
            }
        }

        live.UpdateTarget(grid);
        live.Refresh();
    }

    private static string Short(UInt256 wei) =>
        ((decimal)(wei.ToBigInteger() / BigInteger.Pow(10, 12)) / 1_000_000m).ToString("N3", CultureInfo.InvariantCulture);
}
