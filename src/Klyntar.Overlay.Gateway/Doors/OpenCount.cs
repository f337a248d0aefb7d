namespace Klyntar.Overlay.Gateway;

/// <summary>Counts what is open, and tells when nothing is.</summary>
internal sealed class OpenCount
{
    private readonly Lock _gate = new();
    private int _count;
    private TaskCompletionSource? _emptied;

    public int Count => Volatile.Read(ref _count);

    public void Enter()
    {
        lock (_gate)
        {
            _count++;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_count == 0)
            {
                _emptied?.TrySetResult();
            }
        }
    }

    /// <summary>Completes when nothing is open. Ask once nothing new can come.</summary>
    public Task Emptied()
    {
        lock (_gate)
        {
            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count == 0)
            {
                _emptied.TrySetResult();
            }

            return _emptied.Task;
        }
    }
}
