using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Rpc;

/// <summary>Health weighs lost time; sickness ends by a probe; relapses wait longer.</summary>
public sealed class EndpointHealthTests
{
    private static readonly RpcOptions Options = new() { ProbeSeconds = 1, MaxProbeSeconds = 60, MaxRetryDelaySeconds = 100 };
    private readonly ManualTime _time = new();

    [Fact]
    public void Silence_weighs_as_long_as_it_lasted_and_is_forgiven_with_time()
    {
        EndpointHealth quick = new(Options, _time), silent = new(Options, _time);
        Assert.False(quick.Charge(TimeSpan.Zero, "refused"));
        Assert.True(silent.Charge(TimeSpan.FromSeconds(30), "silent"));
        Assert.True(silent.Score < 0.05 && quick.Score > 0.8, $"{silent.Score} {quick.Score}");
        Assert.True(quick.Charge(TimeSpan.Zero, "refused")); // the second in a minute
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(silent.Score > 0.99);
        Assert.NotNull(silent.SickSince); // time alone makes nobody well
        silent.CameBack();
        Assert.Null(silent.SickSince);
        Assert.Equal("silent", silent.LastTrouble);
    }

    [Fact]
    public void Failures_far_apart_make_no_sickness()
    {
        EndpointHealth health = new(Options, _time);
        for (int i = 0; i < 50; i++)
        {
            Assert.False(health.Charge(TimeSpan.Zero, "a bad moment"));
            _time.Advance(TimeSpan.FromMinutes(3));
        }
    }

    [Fact]
    public void Probes_are_further_apart_after_each_failure_and_each_relapse_and_not_after_a_long_time_in_health()
    {
        EndpointHealth health = new(Options, _time);
        health.Charge(TimeSpan.FromSeconds(2), "silent");
        List<double> pauses = [];
        for (int i = 0; i < 8; i++)
        {
            pauses.Add(health.UntilProbe().TotalSeconds);
            health.ProbeFailed("still silent");
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
        health.CameBack();
        _time.Advance(TimeSpan.FromMinutes(30));
        health.Charge(TimeSpan.FromSeconds(2), "silent");
        Assert.Equal(1, health.UntilProbe().TotalSeconds);
        for (int i = 1; i <= 4; i++)
        {
            health.CameBack();
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.True(health.Charge(TimeSpan.FromSeconds(2), "again"));
            Assert.Equal(Math.Pow(2, i), health.UntilProbe().TotalSeconds);
        }

        health.CameBack();
        health.Charge(TimeSpan.FromSeconds(2), "limited", notBefore: TimeSpan.FromSeconds(45));
        Assert.Equal(45, health.UntilProbe().TotalSeconds); // as long as the server asked to be left alone
    }

    [Fact]
    public void Patience_grows_with_what_is_usual_but_not_without_end()
    {
        EndpointHealth health = new(Options, _time);
        Assert.Equal(2, health.Patience(1).TotalSeconds);
        health.Answered(TimeSpan.FromMilliseconds(30), 1);
        health.Answered(TimeSpan.FromSeconds(1.5), 50);
        Assert.Equal(2, health.Patience(1).TotalSeconds);
        Assert.Equal(3, health.Patience(50).TotalSeconds);
        for (int i = 0; i < 50; i++)
        {
            health.Answered(TimeSpan.FromSeconds(25), 50);
        }

        Assert.Equal(6, health.Patience(50).TotalSeconds);
    }
}
