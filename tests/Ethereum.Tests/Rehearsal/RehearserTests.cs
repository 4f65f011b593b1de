using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gavel.TestKit;
using static Gavel.Ethereum.Tests.Evm;

namespace Gavel.Ethereum.Tests;

/// <summary>A rehearsal beside nodes that are silent, lie, or run other rules; and its bounds in time.</summary>
public sealed class RehearserTests(RehearsalChain chain) : IClassFixture<RehearsalChain>
{
    private static readonly RehearsalLimits Patient = new() { Time = TimeSpan.FromSeconds(20) };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(-5.0)]
    public async Task TooLittleSlack_IsNotSpent(double seconds)
    {
        Counted counted = new(chain.Rpc);
        Rehearsal rehearsal = await chain.RehearseAsync(new Rehearser(counted, Patient, TimeProvider.System), RehearsalChain.Sender, slack: TimeSpan.FromSeconds(seconds));
        Assert.Contains("are left", Assert.IsType<NotRehearsed>(rehearsal).Reason, StringComparison.Ordinal);
        Assert.Empty(counted.Methods);
    }

    [Fact]
    public async Task SilentNode_CostsItsTimeOnce()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using RpcEndpoint rpc = new(EndpointUrl.Parse($"http://{silent.LocalEndpoint}"));
        Rehearser rehearser = new(rpc, new RehearsalLimits { Time = TimeSpan.FromMilliseconds(200) }, TimeProvider.System);
        RehearsalCall call = new() { From = RehearsalChain.Sender, To = RehearsalChain.Sender, Data = default, Block = default };
        Rehearsal first = await rehearser.RehearseAsync(call, default);
        Assert.Contains("longer than 0.2 s", Assert.IsType<NotRehearsed>(first).Reason, StringComparison.Ordinal);
        Assert.Null(first.Node);
    }

    [Fact]
    public async Task TransportThatIgnoresCancellation_HoldsUpNobody()
    {
        TaskCompletionSource released = new();
        Rehearser rehearser = new(new Deaf(released.Task), new RehearsalLimits { Time = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        RehearsalCall call = new() { From = RehearsalChain.Sender, To = RehearsalChain.Sender, Data = default, Block = default };
        Assert.Contains("longer than 0.1 s", Assert.IsType<NotRehearsed>(await rehearser.RehearseAsync(call, default)).Reason, StringComparison.Ordinal);
        Rehearsal second = await rehearser.RehearseAsync(call, default);
        Assert.Contains("an earlier rehearsal", Assert.IsType<NotRehearsed>(second).Reason, StringComparison.Ordinal);
        Assert.True(second.Elapsed < TimeSpan.FromMilliseconds(100));
        released.SetResult();
        await rehearser.Idle.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain("an earlier", Assert.IsType<NotRehearsed>(await rehearser.RehearseAsync(call, default)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallersCancellation_IsNoOutcome()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        RehearsalCall call = new() { From = RehearsalChain.Sender, To = RehearsalChain.Sender, Data = default, Block = default };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Rehearser(chain.Rpc, Patient, TimeProvider.System).RehearseAsync(call, cancelled.Token));
    }

    [Theory]
    [InlineData("eth_getStorageAt")] // a slot of another value
    [InlineData("eth_getCode")] // another contract
    [InlineData("eth_call")] // another answer
    public async Task NodeThatContradictsItself_IsADanger_UntilItAgreesAgain(string lie)
    {
        ManualTime clock = new(DateTimeOffset.UnixEpoch);
        Address target = await chain.PlaceAsync(Code(7, SLoad, Push0, MStore, 32, Push0, Return));
        Altered altered = new(chain.Rpc, (request, result) => request.Method == lie ? lie switch
        {
            "eth_getCode" when request.Parameters[0]!.GetValue<string>() == target.ToString() => JsonSerializer.SerializeToElement("0x5f5ffd"),
            "eth_getStorageAt" => JsonSerializer.SerializeToElement(Hex.Encode(Keccak256.Hash("a lie"u8).ToArray())),
            "eth_call" when request.Parameters[0]!["to"] is not null => JsonSerializer.SerializeToElement(Hex.Encode(Keccak256.Hash("a lie"u8).ToArray())),
            _ => result,
        } : result);
        Rehearser rehearser = new(altered, Patient, clock);
        Rehearsal rehearsal = await chain.RehearseAsync(rehearser, target, [1, 2, 3, 4]);
        Assert.True(rehearsal.ContradictsNode);
        Danger danger = Assert.Single(rehearser.Dangers);
        Assert.Equal(("rehearsal-differs", DangerSeverity.Warn, $"{target} 0x01020304"), (danger.Code, danger.Severity, danger.Subject));
        await chain.RehearseAsync(rehearser, target, [9, 9, 9, 9]);
        Assert.Equal(2, rehearser.Dangers.Count);

        altered.IsHonest = true;
        Assert.False((await chain.RehearseAsync(rehearser, target, [1, 2, 3, 4])).ContradictsNode);
        Assert.Equal($"{target} 0x09090909", Assert.Single(rehearser.Dangers).Subject);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(rehearser.Dangers);
    }

    [Theory]
    [InlineData("prague", null)]
    [InlineData("cancun", null)]
    [InlineData("shanghai", "older than Cancun")]
    [InlineData("osaka", "newer than Prague")]
    public async Task RulesThatTheLibraryDoesNotKnow_AreNotExact_AndNoDanger(string fork, string? notExact)
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync("--hardfork", fork);
        await using RpcEndpoint rpc = new(EndpointUrl.Parse(anvil.Url));
        Altered lying = new(rpc, (request, result) =>
            request.Method == "eth_call" && request.Parameters[0]!["to"] is not null ? JsonSerializer.SerializeToElement("0x1234") : result);
        Rehearser rehearser = new(lying, Patient, TimeProvider.System);
        Address plain = Address.Parse("0xc000000000000000000000000000000000000001");
        Address countsZeros = Address.Parse("0xc000000000000000000000000000000000000002");
        await rpc.RequestAsync(new("anvil_setCode", plain.ToString(), "0x60205ff3"), default);
        await rpc.RequestAsync(new("anvil_setCode", countsZeros.ToString(), "0x60011e00"), default);
        await rpc.RequestAsync(new("anvil_mine", "0x1"), default);
        Hash32 head = (await new ChainReader(rpc).GetBlockAsync(BlockRef.Latest, default)).Hash;
        Rehearsal rehearsal = await rehearser.RehearseAsync(new RehearsalCall { From = RehearsalChain.Sender, To = plain, Data = default, Block = head }, default);
        Assert.True(rehearsal.ContradictsNode);
        Rehearsal newer = await rehearser.RehearseAsync(new RehearsalCall { From = RehearsalChain.Sender, To = countsZeros, Data = default, Block = head }, default);
        if (notExact is null)
        {
            Assert.Null(rehearsal.NotExact);
            Assert.NotEmpty(rehearser.Dangers);
            Assert.IsType<Reverted>(newer); // no such opcode
        }
        else
        {
            Assert.Contains(notExact, rehearsal.NotExact, StringComparison.Ordinal);
            Assert.Empty(rehearser.Dangers);
            Assert.Contains("opcode 0x1e", Assert.IsType<NotRehearsed>(newer).Reason, StringComparison.Ordinal);
            Assert.NotNull(newer.Node); // which stands in
        }
    }

    [Theory]
    [InlineData("a list of thousands of slots")]
    [InlineData("a list that is none")]
    [InlineData("a list of strange addresses")]
    [InlineData("an error")]
    public async Task AccessList_IsAHintAndNoMore(string kind)
    {
        Address target = await chain.PlaceAsync(Code(7, SLoad, Push0, MStore, 32, Push0, Return));
        string slots = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"0x{i:x64}\""));
        string list = kind switch
        {
            "a list of thousands of slots" => $$"""{"accessList":[{"address":"{{target}}","storageKeys":[{{slots}}]}]}""",
            "a list that is none" => """{"accessList":7}""",
            "a list of strange addresses" => """{"accessList":[{"address":"0x12","storageKeys":[]}]}""",
            _ => "null",
        };
        Altered altered = new(chain.Rpc, (request, result) => request.Method == "eth_createAccessList" ? JsonDocument.Parse(list).RootElement : result);
        Rehearsal rehearsal = await chain.RehearseAsync(new Rehearser(altered, Patient, TimeProvider.System), target);
        Assert.IsType<Succeeded>(rehearsal);
        Assert.False(rehearsal.ContradictsNode);
        Assert.InRange(rehearsal.Requests, 5, Patient.StateReads);
    }

    [Theory]
    [InlineData("eth_getBlockByHash", "null", "does not have block")]
    [InlineData("eth_getBlockByHash", "{}", "eth_getBlockByHash")]
    [InlineData("eth_chainId", "\"zero\"", "eth_chainId")]
    [InlineData("eth_getStorageAt", "\"0x12\"", "Slot")]
    [InlineData("eth_getCode", "17", "Code")]
    [InlineData("eth_getBalance", "\"0xzz\"", "Balance")]
    public async Task GarbledState_IsNotRehearsed_AndNamed(string method, string answer, string named)
    {
        Address target = await chain.PlaceAsync(Code(7, SLoad, Push0, MStore, 32, Push0, Return));
        Altered altered = new(chain.Rpc, (request, result) => request.Method == method ? JsonDocument.Parse(answer).RootElement : result);
        NotRehearsed not = Assert.IsType<NotRehearsed>(await chain.RehearseAsync(new Rehearser(altered, Patient, TimeProvider.System), target));
        Assert.Contains(named, not.Reason, StringComparison.Ordinal);
    }

    // Answers of a real node, some of them changed.
    private sealed class Altered(IJsonRpc inner, Func<RpcRequest, JsonElement, JsonElement> change) : IJsonRpc
    {
        public bool IsHonest { get; set; }

        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            JsonElement result = await inner.RequestAsync(request, cancellationToken);
            return IsHonest ? result : change(request, result);
        }

        public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            IReadOnlyList<RpcReply> replies = await inner.BatchAsync(requests, cancellationToken);
            return [.. replies.Zip(requests, (reply, request) => IsHonest || reply.Error is not null ? reply : new RpcReply(change(request, reply.Result)))];
        }
    }

    private sealed class Counted(IJsonRpc inner) : IJsonRpc
    {
        public List<string> Methods { get; } = [];

        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            Methods.Add(request.Method);
            return inner.RequestAsync(request, cancellationToken);
        }

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            Methods.AddRange(requests.Select(request => request.Method));
            return inner.BatchAsync(requests, cancellationToken);
        }
    }

    // Answers nothing and hears nothing until it is released.
    private sealed class Deaf(Task released) : IJsonRpc
    {
        public async Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken)
        {
            await released;
            throw new RpcException(RpcErrorKind.Network, "gone");
        }

        public async Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
        {
            await released;
            throw new RpcException(RpcErrorKind.Network, "gone");
        }
    }
}
