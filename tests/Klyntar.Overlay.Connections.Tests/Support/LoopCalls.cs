namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Runs things on a loop, and tells when they have run.</summary>
internal static class LoopCalls
{
    /// <summary>Runs it on the loop, after what was posted before.</summary>
    public static Task<T> CallAsync<T>(this EpollLoop loop, Func<T> function)
    {
        Call<T> call = new(function);
        loop.Post(call);
        return call.Result;
    }

    /// <summary>The same without a result.</summary>
    public static Task CallAsync(this EpollLoop loop, Action action) => loop.CallAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Waits until everything that was posted before has run.</summary>
    public static Task DrainedAsync(this EpollLoop loop) => loop.CallAsync(static () => { }).Within();

    private sealed class Call<T>(Func<T> function) : ILoopWork
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public void Run()
        {
            try
            {
                _result.SetResult(function());
            }
            catch (Exception e)
            {
                _result.SetException(e);
            }
        }
    }
}
