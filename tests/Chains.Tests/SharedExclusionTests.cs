using Gavel.Ethereum;

namespace Gavel.Chains.Tests;

/// <summary>An endpoint that two chains have proven false comes back when both take it back.</summary>
public sealed class SharedExclusionTests
{
    private static readonly EndpointUrl Url = EndpointUrl.Parse("http://127.0.0.1:9");

    [Fact]
    public void Endpoint_ComesBack_WhenTheLastTakesItBack()
    {
        Log log = new();
        SharedExclusion shared = new(log);
        ILeavesOut first = shared.By("a");
        ILeavesOut second = shared.By("b");
        second.TakeBack(Url); // who has not left it out has nothing to take back
        Assert.True(first.LeaveOut(Url, "why"));
        first.LeaveOut(Url, "why still"); // said again in each cycle
        second.LeaveOut(Url, "why too");
        first.TakeBack(Url);
        first.TakeBack(Url);
        Assert.DoesNotContain("back", log.Said);
        second.TakeBack(Url);
        Assert.Equal(["out", "out", "out", "back"], log.Said);
        log.IsLast = true;
        Assert.False(first.LeaveOut(Url, "why"));
    }

    private sealed class Log : ILeavesOut
    {
        public List<string> Said { get; } = [];

        public bool IsLast { get; set; }

        public bool LeaveOut(EndpointUrl url, string contradiction)
        {
            Said.Add("out");
            return !IsLast;
        }

        public void TakeBack(EndpointUrl url) => Said.Add("back");
    }
}
