using System.Threading.Channels;

namespace Klyntar.Overlay.Processes;

/// <summary>Hands lines to a listener, one at a time. A slow listener slows the process down for a while; one that hangs loses lines instead of hanging the process.</summary>
internal sealed class OutputDelivery
{
    /// <summary>How many lines wait for the listener.</summary>
    public const int Capacity = 1024;

    /// <summary>How long a full queue holds the process up before lines are left out, and how long the listener has to take the rest at the end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Action<string> _listener;
    private readonly TimeProvider _clock;
    private readonly Task _delivered;
    private long _leftOut;

    public OutputDelivery(Action<string> listener, TimeProvider clock)
    {
        _listener = listener;
        _clock = clock;
        _delivered = DeliverAsync();
    }

    /// <summary>Queues a line, waiting for room if need be.</summary>
    public async ValueTask WriteAsync(string line)
    {
        // Once lines are left out, more are until the listener has made room again.
        long leftOut = Interlocked.Exchange(ref _leftOut, 0);
        if (leftOut > 0 && !_lines.Writer.TryWrite(Note(leftOut)))
        {
            Interlocked.Add(ref _leftOut, leftOut + 1);
            return;
        }

        if (!_lines.Writer.TryWrite(line)
            && (leftOut > 0 || !await RoomInTimeAsync().ConfigureAwait(false) || !_lines.Writer.TryWrite(line)))
        {
            Interlocked.Increment(ref _leftOut);
        }
    }

    /// <summary>Ends the queue and waits for the listener to take what is left, within <see cref="Patience"/>.</summary>
    /// <exception cref="Exception">What the listener threw.</exception>
    public async Task CompleteAsync()
    {
        if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var leftOut)
        {
            _lines.Writer.TryWrite(Note(leftOut));
        }

        _lines.Writer.TryComplete();
        try
        {
            await _delivered.WaitAsync(Patience, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!_delivered.IsCompleted)
        {
            // The listener hangs. Its lines are lost and it cannot hold up the end of the process.
        }
    }

    private async Task<bool> RoomInTimeAsync()
    {
        using CancellationTokenSource timeout = new(Patience, _clock);
        try
        {
            return await _lines.Writer.WaitToWriteAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                _listener(line);
            }
        }
        finally
        {
            // A listener that threw is told no more; the process must not wait for it.
            _lines.Writer.TryComplete();
        }
    }

    private static string Note(long leftOut) => $"({leftOut} lines of output were left out: they came faster than they were taken)";
}
