using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests;

/// <summary>An anvil of one fork with answers as plain JSON, so that what is decoded is what a node sends.</summary>
internal sealed class AnvilChain : IAsyncDisposable
{
    /// <summary>
    /// Init code of an account that has storage and emits a log of two topics: sstore(1, 0x2a), sstore(2, address), sstore(0xff, 1),
    /// log2(0, 32, caller, 7), return nothing.
    /// </summary>
    public const string LoggingInitCode = "0x602a600155306002556001" + "60ff55" + "600733" + "6020" + "6000a2" + "60006000f3";

    private readonly AnvilProcess _process;
    private readonly HttpClient _http = new();
    private int _id;

    private readonly RpcEndpoint _endpoint;

    private AnvilChain(AnvilProcess process)
    {
        _process = process;
        _endpoint = new RpcEndpoint(EndpointUrl.Parse(process.Url));
        Reader = new ChainReader(_endpoint);
    }

    /// <summary>The product's reader of this chain.</summary>
    public ChainReader Reader { get; }

    public static async Task<AnvilChain> StartAsync(params string[] arguments) => new(await AnvilProcess.StartAsync(arguments));

    public async Task<JsonElement> AskAsync(string method, params JsonNode?[] parameters)
    {
        JsonObject request = new()
        {
            ["jsonrpc"] = "2.0",
            ["id"] = ++_id,
            ["method"] = method,
            ["params"] = new JsonArray([.. parameters.Select(static node => node?.DeepClone())]),
        };
        HttpResponseMessage response = await _http.PostAsJsonAsync(_process.Url, request);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("result", out JsonElement result)
            ? result
            : throw new InvalidOperationException($"{method}: {answer.GetRawText()}");
    }

    public async Task<string> SendAsync(JsonObject transaction) =>
        (await AskAsync("eth_sendTransaction", transaction)).GetString()!;

    /// <summary>One block of these transactions, in order.</summary>
    public async Task<JsonElement> MineAsync(params JsonObject[] transactions)
    {
        await AskAsync("evm_setAutomine", false);
        foreach (JsonObject transaction in transactions)
        {
            await SendAsync(transaction);
        }

        await AskAsync("evm_mine");
        JsonElement block = await AskAsync("eth_getBlockByNumber", "latest", false);
        Assert.Equal(transactions.Length, block.GetProperty("transactions").GetArrayLength());
        return block;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _endpoint.DisposeAsync();
        await _process.DisposeAsync();
    }
}
