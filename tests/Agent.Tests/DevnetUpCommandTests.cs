using System.Diagnostics;
using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Agent.Tests;

/// <summary>The command in a process of its own, ended in every way a process ends.</summary>
public sealed class DevnetUpCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Up_KilledOutright_LeavesNoNode()
    {
        using AgentProcess run = Start("devnet", "up");
        Process agent = run.Process;
        (string l1, string l2, string rollup) = await ReadUrlsAsync(agent);
        foreach (string url in new[] { l1, l2, rollup })
        {
            Assert.True(await AnswersAsync(url), url);
        }

        agent.Kill();
        await agent.WaitForExitAsync().WaitAsync(s_limit);

        await UntilGoneAsync(l1);
        await UntilGoneAsync(l2);
    }

    [Fact]
    public async Task Up_Interrupted_ExitsWellAndLeavesNoNode()
    {
        using AgentProcess run = Start("devnet", "up");
        Process agent = run.Process;
        (string l1, string l2, _) = await ReadUrlsAsync(agent);
        using (Process kill = Process.Start("/bin/kill", ["-TERM", $"{agent.Id}"]))
        {
            await kill.WaitForExitAsync().WaitAsync(s_limit);
        }

        await agent.WaitForExitAsync().WaitAsync(s_limit);
        Assert.Equal(0, agent.ExitCode);
        Assert.False(await AnswersAsync(l1));
        Assert.False(await AnswersAsync(l2));
        Assert.Equal("", await agent.StandardError.ReadToEndAsync().WaitAsync(s_limit));
    }

    [Fact]
    public async Task Up_PostsWhatL2Mines()
    {
        using AgentProcess run = Start("devnet", "up");
        Process agent = run.Process;
        (_, string l2, string rollup) = await ReadUrlsAsync(agent);
        await using RpcEndpoint l2Endpoint = new(EndpointUrl.Parse(l2));
        await l2Endpoint.RequestAsync(new RpcRequest("anvil_mine", "0x3"), default);
        await using RpcEndpoint endpoint = new(EndpointUrl.Parse(rollup));
        Stopwatch watch = Stopwatch.StartNew();
        while ((await new Rollup.RollupNode(endpoint).SyncStatusAsync(default)).SafeL2.Number != 4)
        {
            Assert.True(watch.Elapsed < s_limit);
            await Task.Delay(50);
        }
    }

    [Theory]
    [InlineData("--prestate", "0x12", "expected 32 bytes")]
    [InlineData("--l2-blocks", "0", "InitialL2Blocks")]
    public async Task Up_WithABadOption_SaysWhichAndExits2(string option, string value, string said)
    {
        using AgentProcess run = Start("devnet", "up", option, value);
        Process agent = run.Process;
        string error = await agent.StandardError.ReadToEndAsync().WaitAsync(s_limit);
        await agent.WaitForExitAsync().WaitAsync(s_limit);
        Assert.Equal(2, agent.ExitCode);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    private static AgentProcess Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "agent.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return new AgentProcess(Process.Start(start)!);
    }

    private static async Task<(string L1, string L2, string Rollup)> ReadUrlsAsync(Process agent)
    {
        string json = "";
        while (!json.EndsWith("\n}", StringComparison.Ordinal))
        {
            string? line = await agent.StandardOutput.ReadLineAsync().WaitAsync(s_limit);
            json += line is not null ? $"\n{line}" : throw new EndOfStreamException(await agent.StandardError.ReadToEndAsync().WaitAsync(s_limit));
        }

        using JsonDocument description = JsonDocument.Parse(json);
        JsonElement urls = description.RootElement.GetProperty("urls");
        return (urls.GetProperty("l1").GetString()!, urls.GetProperty("l2").GetString()!, urls.GetProperty("rollup").GetString()!);
    }

    private static async Task UntilGoneAsync(string url)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (await AnswersAsync(url))
        {
            Assert.True(watch.Elapsed < s_limit, $"{url} still answers");
            await Task.Delay(20);
        }
    }

    private static async Task<bool> AnswersAsync(string url)
    {
        using HttpClient http = new() { Timeout = s_limit };
        try
        {
            using HttpResponseMessage response = await http.PostAsync(url, new StringContent("""{"jsonrpc":"2.0","id":1,"method":"web3_clientVersion"}"""));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // A test that fails leaves no process behind.
    private sealed class AgentProcess(Process process) : IDisposable
    {
        public Process Process => process;

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }
}
