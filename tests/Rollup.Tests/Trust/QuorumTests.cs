namespace Gavel.Rollup.Tests.Trust;

/// <summary>Groups are counted, not addresses; silence is no vote; one dissenting voice is outvoted, one against one decides nothing.</summary>
public sealed class QuorumTests
{
    [Theory]
    [InlineData("", 1, QuorumOutcome.Silent, null)]
    [InlineData("a=1", 1, QuorumOutcome.Agreed, 1)]
    [InlineData("a=1", 2, QuorumOutcome.TooFew, 1)]
    [InlineData("a=1 a=1", 2, QuorumOutcome.TooFew, 1)] // two addresses of one backend
    [InlineData("a=1 b=1", 2, QuorumOutcome.Agreed, 1)]
    [InlineData("a=1 b=2", 1, QuorumOutcome.Contradicted, null)]
    [InlineData("a=1 b=2", 2, QuorumOutcome.Contradicted, null)]
    [InlineData("a=1 b=1 c=2", 2, QuorumOutcome.Agreed, 1)]
    [InlineData("a=1 b=2 c=2", 2, QuorumOutcome.Agreed, 2)]
    [InlineData("a=1 b=1 c=2 d=2", 2, QuorumOutcome.Contradicted, null)]
    [InlineData("a=1 a=2", 1, QuorumOutcome.Contradicted, null)] // one voice that says both
    [InlineData("a=1 a=2 b=1", 1, QuorumOutcome.Agreed, 1)]
    [InlineData("a=1 a=2 b=1", 2, QuorumOutcome.Contradicted, null)]
    public void Votes_AreCountedByGroup(string votes, int minimum, QuorumOutcome outcome, int? value)
    {
        QuorumResult<int> result = Quorum.Count(
            votes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(vote => vote.Split('=')).Select(vote => (vote[0], int.Parse(vote[1], System.Globalization.CultureInfo.InvariantCulture))), minimum);
        Assert.Equal(outcome, result.Outcome);
        if (value is { } expected)
        {
            Assert.Equal(expected, result.Value);
        }
    }

    [Fact]
    public void DefaultMinimum_IsOneOfOne_ElseTwo() => Assert.Equal([1, 1, 2, 2, 2], Enumerable.Range(0, 5).Select(Quorum.DefaultMinimum));
}
