using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gavel.SuperRoots;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gavel.Rollup.Tests.SuperRoots;

/// <summary>
/// A node on a real socket that serves super roots of two chains (10 with blocks every two seconds, 130 every second) as op-supernode does, and whatever else a test makes of an answer. A block of L2 is
/// on L1 ten seconds after its time, L1 has a block every second, and its block n is of second n.
/// </summary>
internal sealed class SuperNodeStandIn : IAsyncDisposable
{
    public const ulong Genesis = 1000;

    private readonly WebApplication _app;

    private SuperNodeStandIn()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/", AnswerAsync);
    }

    public static SuperChain[] Chains { get; } = [new(10, Genesis, 2), new(130, Genesis, 1)];

    /// <summary>The L1 block that it works on.</summary>
    public ulong CurrentL1 { get; set; } = 2000;

    /// <summary>What a test makes of the good result; null for what <see cref="Error"/> holds.</summary>
    public Func<JsonObject, JsonNode?> Twist { get; set; } = static result => result;

    /// <summary>The error where there is no result.</summary>
    public (int Code, string Message) Error { get; set; }

    /// <summary>Holds every answer back until the connection is given up.</summary>
    public bool IsSilent { get; set; }

    public string Url => _app.Urls.Single();

    public static async Task<SuperNodeStandIn> StartAsync()
    {
        SuperNodeStandIn node = new();
        await node._app.StartAsync();
        return node;
    }

    public static ulong SafeAt(ulong blockTime) => (ulong)UInt128.Min((UInt128)blockTime + 10, ulong.MaxValue);

    public static Hash32 L1Hash(ulong number) => Keccak256.Hash(Encoding.ASCII.GetBytes($"L1 {number}"));

    public static OptimisticBlock BlockAt(SuperChain chain, ulong timestamp)
    {
        (Hash32 state, Hash32 storage, Hash32 hash) = Parts(chain, timestamp);
        return new OptimisticBlock(hash, OutputRoot.Compute(state, storage, hash));
    }

    public static SuperRoot RootAt(ulong timestamp) => new(timestamp, [.. Chains.Select(chain => new ChainOutput(chain.Id, BlockAt(chain, timestamp).OutputRoot))]);

    /// <summary>The good result for a second.</summary>
    public JsonObject Result(ulong timestamp)
    {
        SuperChain[] derived = [.. Chains.Where(chain => SafeAt(chain.NewestBlockTime(timestamp)) < CurrentL1)];
        ulong localSafe = Chains.Min(chain => chain.NewestBlockTime(CurrentL1 - 11));
        JsonObject optimistic = [];
        foreach (SuperChain chain in derived)
        {
            (Hash32 state, Hash32 storage, Hash32 hash) = Parts(chain, timestamp);
            optimistic[$"{chain.Id}"] = new JsonObject
            {
                ["output"] = new JsonObject { ["stateRoot"] = $"{state}", ["messagePasserStorageRoot"] = $"{storage}", ["blockHash"] = $"{hash}" },
                ["output_root"] = $"{BlockAt(chain, timestamp).OutputRoot}",
                ["required_l1"] = L1(SafeAt(chain.NewestBlockTime(timestamp))),
            };
        }

        JsonObject result = new()
        {
            ["current_l1"] = L1(CurrentL1),
            ["safe_timestamp"] = localSafe,
            ["local_safe_timestamp"] = localSafe,
            ["finalized_timestamp"] = localSafe - 20,
            ["optimistic_at_timestamp"] = optimistic,
            ["chain_ids"] = new JsonArray([.. Chains.Select(chain => (JsonNode)$"{chain.Id}")]),
        };
        if (derived.Length == Chains.Length)
        {
            SuperRoot root = RootAt(timestamp);
            result["data"] = new JsonObject
            {
                ["verified_required_l1"] = L1(Chains.Max(chain => SafeAt(chain.NewestBlockTime(timestamp)))),
                ["super"] = new JsonObject
                {
                    ["timestamp"] = Hex.Quantity(timestamp),
                    ["chains"] = new JsonArray([.. root.Chains.Select(chain => (JsonNode)new JsonObject { ["ChainID"] = $"{chain.ChainId}", ["Output"] = $"{chain.OutputRoot}" })]),
                },
                ["super_root"] = $"{root.Hash}",
            };
        }

        return result;
    }

    public static JsonObject L1(ulong number) => new() { ["hash"] = $"{L1Hash(number)}", ["number"] = number };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonObject request = (JsonObject)(body is JsonArray list ? list[0]! : body);
        if (IsSilent)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        bool isKnown = request["method"]!.GetValue<string>() == "superroot_atTimestamp";
        if (isKnown && Twist(Result(Hex.QuantityToUInt64(request["params"]![0]!.GetValue<string>()))) is { } result)
        {
            answer["result"] = result;
        }
        else
        {
            answer["error"] = new JsonObject { ["code"] = Error.Code, ["message"] = Error.Message };
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync((body is JsonArray ? new JsonArray(answer) : (JsonNode)answer).ToJsonString());
    }

    private static (Hash32 State, Hash32 Storage, Hash32 Hash) Parts(SuperChain chain, ulong timestamp)
    {
        return (Part("state"), Part("storage"), Part("block"));

        Hash32 Part(string what) => Keccak256.Hash(Encoding.ASCII.GetBytes($"{what} {chain.Id} {chain.NewestBlockTime(timestamp)}"));
    }
}
