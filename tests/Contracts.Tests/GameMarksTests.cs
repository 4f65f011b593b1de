using System.Text.Json;
using Gavel.Ethereum;

namespace Gavel.Contracts.Tests;

/// <summary>What a silent node says of games is no sign that nothing happened.</summary>
public sealed class GameMarksTests
{
    // Before, silence had a mark like any answer: silent twice was a game where nothing had happened.
    [Fact]
    public async Task MarksOfGamesThatBringNoAnswer_AreLikeNoOthers()
    {
        ChainReader silent = new(new Silent());
        Address[] games = [Address.Zero, Address.Zero];
        ulong[] marks = [.. await GameMarks.ReadOneByOneAsync(silent, games, 1, default), .. await GameMarks.ReadOneByOneAsync(silent, games, 1, default)];
        Assert.Equal(4, marks.Distinct().Count());
    }

    private sealed class Silent : IJsonRpc
    {
        public Task<JsonElement> RequestAsync(RpcRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<RpcReply>> BatchAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RpcReply>>([.. requests.Select(_ => new RpcReply(new RpcException(RpcErrorKind.Timeout, "no answer")))]);
    }
}
