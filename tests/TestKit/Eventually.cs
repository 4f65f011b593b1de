using System.Diagnostics;

namespace Gavel.TestKit;

/// <summary>Waits for what becomes true without our doing, such as a transaction being mined.</summary>
public static class Eventually
{
    /// <summary>Asks again and again until there is an answer.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public static async Task<T> NotNullAsync<T>(Func<Task<T?>> ask, TimeSpan? limit = null)
        where T : class
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            if (await ask().ConfigureAwait(false) is { } answer)
            {
                return answer;
            }

            if (watch.Elapsed > (limit ?? TimeSpan.FromSeconds(10)))
            {
                throw new TimeoutException($"no {typeof(T).Name} within {watch.Elapsed.TotalSeconds:0.0} s");
            }

            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan? limit = null) =>
        NotNullAsync(() => Task.FromResult(condition() ? "true" : null), limit);
}
