using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Connections;

/// <summary>Awaited, goes on in the thread pool: for code that may block or run what others wrote, after an engine's operation.</summary>
/// <remarks>Await it directly: a task around it may be done before it is awaited, and then nothing has hopped.</remarks>
internal sealed class ThreadPoolHop : ICriticalNotifyCompletion
{
    public static ThreadPoolHop Instance { get; } = new();

    public bool IsCompleted => false;

    public ThreadPoolHop GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static c => c(), continuation, preferLocal: false);

    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static c => c(), continuation, preferLocal: false);
}
