using Gavel.TestKit;

namespace Gavel.Rollup.Tests.Trust;

/// <summary>A question is asked once however many want it, outlives who asked, has a limit of its own, and its answer is kept through silence.</summary>
public sealed class KeptQuestionsTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private int _asked;
    private Func<Task<int>> _answer = () => Task.FromResult(7);

    [Fact]
    public async Task ManyAskers_AskOnce_AndTheAnswerIsKept()
    {
        TaskCompletionSource<int> slow = new();
        _answer = () => slow.Task;
        using KeptQuestions<string, int> questions = Questions();
        Task[] waiting = [.. Enumerable.Range(0, 20).Select(_ => questions.Ask("q"))];
        await Eventually.TrueAsync(() => _asked == 1);
        Assert.True(questions.Of("q").IsPending);
        slow.SetResult(3);
        await Task.WhenAll(waiting);
        Assert.Equal((3, true, null), (questions.Of("q").Value, questions.Of("q").HasValue, questions.Of("q").Error));
        await questions.Ask("q");
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Silence_IsCutOffByTheLimit_AndUndoesNoAnswer()
    {
        using KeptQuestions<string, int> questions = Questions();
        await questions.Ask("q");
        DateTimeOffset then = _time.GetUtcNow();
        _answer = () => new TaskCompletionSource<int>().Task;
        _time.Advance(TimeSpan.FromMinutes(2));
        Task asked = questions.Ask("q", _time.GetUtcNow());
        await Eventually.TrueAsync(() => _asked == 2);
        _time.Advance(TimeSpan.FromSeconds(10));
        await asked;
        Kept<int> kept = questions.Of("q");
        Assert.Equal((7, true, then), (kept.Value, kept.HasValue, kept.At));
        Assert.Contains("no answer within 10 s", kept.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_IsAskedAgainAfterAPauseThatGrows()
    {
        _answer = () => throw new InvalidOperationException("the database is on fire");
        using KeptQuestions<string, int> questions = Questions();
        await questions.Ask("q");
        await questions.Ask("q");
        Assert.Equal(1, _asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await questions.Ask("q");
        Assert.Equal(2, _asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await questions.Ask("q");
        Assert.Equal(2, _asked);
        _answer = () => Task.FromResult(9);
        _time.Advance(TimeSpan.FromSeconds(1));
        await questions.Ask("q");
        Assert.Equal((9, null), (questions.Of("q").Value, questions.Of("q").Trouble));
    }

    [Fact]
    public async Task AnotherAnswer_IsCounted()
    {
        using KeptQuestions<string, int> questions = Questions();
        foreach (int answer in (int[])[1, 1, 2, 1])
        {
            _answer = () => Task.FromResult(answer);
            _time.Advance(TimeSpan.FromSeconds(1));
            await questions.Ask("q", _time.GetUtcNow());
        }

        Assert.Equal((1, 2, 4), (questions.Of("q").Value, questions.Of("q").Changes, _asked));
    }

    [Fact]
    public async Task ClockThatIsSetBack_DelaysNoQuestion()
    {
        using KeptQuestions<string, int> questions = Questions();
        await questions.Ask("answered");
        _answer = () => throw new InvalidOperationException("no");
        await questions.Ask("failed");
        _time.Advance(TimeSpan.FromHours(-1));
        _answer = () => Task.FromResult(8);
        await questions.Ask("answered", _time.GetUtcNow());
        await questions.Ask("failed");
        Assert.Equal((8, 8), (questions.Of("answered").Value, questions.Of("failed").Value));
    }

    [Fact]
    public async Task WhatNobodyAsksAnyMore_IsForgotten()
    {
        using KeptQuestions<string, int> questions = Questions();
        await questions.Ask("old");
        _time.Advance(TimeSpan.FromHours(1));
        await questions.Ask("new");
        questions.Forget(_time.GetUtcNow() - TimeSpan.FromMinutes(1));
        Assert.False(questions.Of("old").HasValue);
        Assert.True(questions.Of("new").HasValue);
    }

    private KeptQuestions<string, int> Questions() => new(
        (_, _) =>
        {
            Interlocked.Increment(ref _asked);
            return _answer();
        },
        TimeSpan.FromSeconds(10),
        _time);
}
