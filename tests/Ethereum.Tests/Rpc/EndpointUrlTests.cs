namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Credentials in addresses are used and never shown.</summary>
public sealed class EndpointUrlTests
{
    private const string Key = "a1B2c3D4e5F6g7H8i9J0kLmN";

    [Theory]
    [InlineData("https://user:secretword@host:8545/", "https://***@host:8545/")]
    [InlineData($"https://mainnet.infura.io/v3/{Key}", "https://mainnet.infura.io/v3/***")]
    [InlineData($"wss://eth-mainnet.g.alchemy.com/v2/{Key}", "wss://eth-mainnet.g.alchemy.com/v2/***")]
    [InlineData($"https://host/rpc?apikey={Key}&x=1&flag", "https://host/rpc?apikey=***&x=***&***")]
    [InlineData("https://host/abcdefghijklmnopqrstuvwxyz", "https://host/***")]
    [InlineData("https://host/0123456789abcdef/eth", "https://host/***/eth")]
    [InlineData("http://127.0.0.1:8545", "http://127.0.0.1:8545/")]
    [InlineData("https://rpc.host/optimism-sepolia/v2", "https://rpc.host/optimism-sepolia/v2")]
    public void An_address_is_shown_without_what_may_be_a_credential(string text, string shown) =>
        Assert.Equal(shown, EndpointUrl.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("host:8545")]
    [InlineData("ftp://host")]
    [InlineData($"{Key}")]
    [InlineData("https://")]
    public void What_is_no_address_is_refused_without_repeating_it(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => EndpointUrl.Parse(text));
        Assert.DoesNotContain(Key, e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("answer")]
    [InlineData("error")]
    [InlineData("status")]
    [InlineData("abort")]
    [InlineData("refused")]
    [InlineData("websocket")]
    public async Task No_failure_shows_a_credential_even_if_the_server_repeats_it(string failure)
    {
        MisbehavingNode node = await MisbehavingNode.StartAsync();
        string port = new Uri(node.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string echo = $"no access for {Key} of user:pass-w0rd at http://user:pass-w0rd@127.0.0.1:{port}/v3/{Key}?token=t0k3n-t0k3n";
        switch (failure)
        {
            case "answer": node.Say(echo); break;
            case "error": node.Say(MisbehavingNode.Error(null, -32000, echo).ToJsonString()); break;
            case "status": node.Say(echo, 403); break;
            case "abort":
                node.Instead = (context, _) =>
                {
                    context.Abort();
                    return Task.FromResult(true);
                };
                break;
            default: break;
        }

        if (failure == "refused")
        {
            await node.DisposeAsync();
        }

        string scheme = failure == "websocket" ? "ws" : "http";
        EndpointUrl url = EndpointUrl.Parse($"{scheme}://user:pass-w0rd@127.0.0.1:{port}/v3/{Key}?token=t0k3n-t0k3n");
        await using RpcEndpoint rpc = new(url, new RpcOptions { MaxRetries = 0 });
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => rpc.RequestAsync(new RpcRequest("eth_chainId"), CancellationToken.None));
        await node.DisposeAsync();

        foreach (string secret in (string[])[Key, "pass-w0rd", "t0k3n"])
        {
            Assert.DoesNotContain(secret, e.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, e.NodeMessage, StringComparison.Ordinal);
        }

        Assert.Contains($"127.0.0.1:{port}/v3/***", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_that_a_long_text_is_cut_in_is_not_shown_in_part()
    {
        EndpointUrl url = EndpointUrl.Parse($"https://host/{new string('k', 1000)}");
        for (int before = 0; before < 1200; before += 7)
        {
            string text = string.Concat(new string('.', before), string.Concat(Enumerable.Repeat(new string('k', 1000), 6)));
            Assert.DoesNotContain("kk", RpcWire.Readable(text, url), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_credentials_reach_the_server()
    {
        await using MisbehavingNode node = await MisbehavingNode.StartAsync();
        string? seen = null;
        node.Instead = (context, _) =>
        {
            seen = $"{context.Request.Headers.Authorization} {context.Request.Path}{context.Request.QueryString}";
            return Task.FromResult(false);
        };
        string port = new Uri(node.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using RpcEndpoint rpc = new(EndpointUrl.Parse($"http://user:p%40ss@127.0.0.1:{port}/v3/{Key}?token=t0k3n"));

        await rpc.RequestAsync(RpcEndpointTests.Requests(1)[0], CancellationToken.None);

        Assert.Equal($"Basic {Convert.ToBase64String("user:p@ss"u8)} /v3/{Key}?token=t0k3n", seen);
    }
}
