using System.Text.Json;
using Gavel.Agent.Hosting;
using Gavel.Agent.Operating;
using Gavel.Challenger;
using Gavel.Rollup;
using Microsoft.AspNetCore.Http.Features;

namespace Gavel.Agent.Deciding;

/// <summary>Where a running agent tells what a decision costs, and takes one: <c>/decisions</c>, for operators alone.</summary>
internal sealed class DecisionPage(DecisionDesks desks, OperatorGate gate)
{
    /// <summary>The longest reason and the longest name, in characters.</summary>
    public const int LongestText = 1000;
    private const int MostBytes = 16 << 10;

    /// <summary>Serves it.</summary>
    public void Map(WebApplication host)
    {
        host.MapGet("/decisions/{game}", (RequestDelegate)(context => GuardedAsync(context, LookAsync)));
        host.MapPost("/decisions", (RequestDelegate)(context => GuardedAsync(context, TakeAsync)));
    }

    /// <summary>Answers with an error in words.</summary>
    public static Task AnswerAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new DecisionProblem(error));
    }

    private async Task GuardedAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await gate.PassesAsync(context))
        {
            try
            {
                await serve(context);
            }
            catch (Exception error) when (error is FormatException or OverflowException or JsonException or BadHttpRequestException)
            {
                await AnswerAsync(context, StatusCodes.Status400BadRequest, DangerView.OneLine(error.Message));
            }
            catch (DecisionRefusedException error)
            {
                await AnswerAsync(context, StatusCodes.Status409Conflict, DangerView.OneLine(error.Message));
            }
        }
    }

    private async Task LookAsync(HttpContext context)
    {
        Address game = Address.Parse((string)context.Request.RouteValues["game"]!);
        string? chain = context.Request.Query["chain"];
        List<DecisionView> found = [];
        foreach (DecisionDesk desk in desks.Of(string.IsNullOrEmpty(chain) ? null : chain))
        {
            if (await desk.OutlookAsync(game, context.RequestAborted) is { } outlook)
            {
                found.Add(DecisionView.Of(outlook, desk.IsOurs));
            }
        }

        await (found.Count switch
        {
            0 => AnswerAsync(context, StatusCodes.Status404NotFound, $"game {game} is none in progress that this agent has judged: it is over, of another chain, or was not read or could not be judged yet (its words are not settled)"),
            1 => WriteAsync(context, found[0]),
            _ => AnswerAsync(context, StatusCodes.Status409Conflict, $"game {game} is judged for several chains: name one with --chain ({string.Join(", ", found.Select(one => one.Chain))})"),
        });
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MostBytes;
        }

        DecisionRequest request = await JsonSerializer.DeserializeAsync<DecisionRequest>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted)
            ?? throw new FormatException("a decision is expected");
        Truth? truth = request.Truth switch
        {
            null => null,
            "valid" => Truth.Valid,
            "invalid" => Truth.Invalid,
            _ => throw new FormatException("truth is valid, invalid, or null to take a decision back"),
        };
        Address game = Read("game", request.Game, Address.Parse);
        Hash32 l1Head = Read("l1Head", request.L1Head, Hash32.Parse);
        string by = Text(request.By, "by");
        string because = Text(request.Because, "because");
        if (desks.Of(request.Chain ?? "") is not [DecisionDesk desk])
        {
            throw new FormatException($"this agent defends no chain that is called so now; it defends {string.Join(", ", desks.Of(null).Select(one => one.Chain))}");
        }

        desk.Decide(game, l1Head, truth, by, because);
        await WriteAsync(context, desk.Book.Find(game, l1Head) is { } decision ? StandingDecision.Of(l1Head.ToString(), decision) : null);
    }

    /// <summary>A name or a reason that a log may hold in one line.</summary>
    /// <exception cref="FormatException">It is empty, too long, or has more than one line.</exception>
    public static string Text(string? text, string name) =>
        string.IsNullOrWhiteSpace(text) ? throw new FormatException($"{name} is empty")
        : text.Length > LongestText ? throw new FormatException($"{name} has {text.Length} characters; at most {LongestText} are kept")
        : text.Any(char.IsControl) ? throw new FormatException($"{name} holds line breaks or other control characters; write one line")
        : text.Trim();

    private static T Read<T>(string name, string? text, Func<string, T> parse)
    {
        try
        {
            return parse(text ?? "");
        }
        catch (FormatException error)
        {
            throw new FormatException($"{name}: {error.Message}", error);
        }
    }

    private static Task WriteAsync<T>(HttpContext context, T value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(OperatorJson.Text(value), context.RequestAborted);
    }
}
