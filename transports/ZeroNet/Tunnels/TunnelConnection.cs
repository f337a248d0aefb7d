using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A tunnel as a connection, with the meaning that <see cref="ITransport"/> gives to its pipes. The first cause of an ending is kept.</summary>
internal sealed class TunnelConnection : DefaultConnectionContext
{
    private const int InputEnded = 1;
    private const int OutputEnded = 2;
    private const int BothEnded = InputEnded | OutputEnded;

    private readonly ITunnelCarrier _carrier;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TunnelPipeWriter _output;
    private readonly TunnelPipeReader _input;
    private readonly Lock _gate = new();
    private Task? _closing;
    private Exception? _cause;
    private int _ended;

    /// <summary>Makes a connection, which owns the carrier.</summary>
    public TunnelConnection(ITunnelCarrier carrier)
        : base(Guid.NewGuid().ToString("N"))
    {
        _carrier = carrier;
        ConnectionClosed = _closed.Token;
        _input = new TunnelPipeReader(carrier.Pipe.Input, this);
        _output = new TunnelPipeWriter(carrier.Pipe.Output, this);
        Transport = new DuplexPipe(_input, _output);
    }

    /// <summary>Completed once the connection is closed and its carrier given back.</summary>
    public Task Over => _over.Task;

    /// <summary>Why the connection ended, where it did not end in good order.</summary>
    public Exception? Cause => Volatile.Read(ref _cause);

    /// <summary>Whether an end that was read is one that the other side meant.</summary>
    public bool IsEndMeant => _carrier.IsEndMeant;

    /// <inheritdoc/>
    public override void Abort() => Abort(new ConnectionAbortedException("The connection was aborted on this side."));

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        ArgumentNullException.ThrowIfNull(abortReason);
        if (Volatile.Read(ref _ended) != BothEnded)
        {
            Keep(abortReason);
            _carrier.Abort(abortReason);
        }
    }

    /// <summary>Sends what was flushed, ends this direction, and closes. A write still under way is given up and the connection aborted.</summary>
    public override async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_gate)
        {
            closing = _closing ??= CloseAsync();
        }

        await closing;
        await base.DisposeAsync();
    }

    /// <summary>Keeps the first cause of an ending.</summary>
    /// <returns>The cause that is kept.</returns>
    public Exception Keep(Exception cause)
    {
        Exception kept = Interlocked.CompareExchange(ref _cause, cause, null) ?? cause;
        _ = _closed.CancelAsync();
        return kept;
    }

    /// <summary>The other side has ended its direction in good order.</summary>
    public void OnInputEnded() => OnEnded(InputEnded);

    /// <summary>Everything was written and <c>Output</c> completed: ends this direction.</summary>
    public async ValueTask EndOutputAsync()
    {
        if (Cause is null)
        {
            await _carrier.EndAsync();
        }

        OnEnded(OutputEnded);
    }

    private void OnEnded(int direction)
    {
        if ((Interlocked.Or(ref _ended, direction) | direction) == BothEnded)
        {
            _ = _closed.CancelAsync();
        }
    }

    private async Task CloseAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        if (_output.IsWriting)
        {
            Abort(new ConnectionAbortedException("The connection was disposed while a write was under way."));
        }

        await _output.CompleteAsync();
        Keep(new ConnectionAbortedException("The connection was disposed."));
        await _carrier.DisposeAsync();
        _over.TrySetResult();
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
