using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection over an engine's socket. Completing <c>Transport.Output</c> sends FIN, <c>Transport.Input</c> completes at the peer's FIN, aborting sends RST.</summary>
/// <remarks>
/// <para>There is no pump: bytes move when they are asked for, an idle connection holds no buffer, and a fault is seen by whoever reads or writes next.</para>
/// <para>Completing <c>Input</c> closes nothing. Completing <c>Output</c> with an exception aborts, since a FIN would tell the peer that
/// all went well; so does cancelling a write that has begun, since nobody could know where the stream stands.</para>
/// <para>The first cause of an ending is kept, and thrown by whatever is tried later.</para>
/// </remarks>
public sealed class SocketConnection : ConnectionContext, IEngineSocketFeature, IConnectionIdFeature, IConnectionTransportFeature,
    IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature
{
    private const int InputEnded = 1;
    private const int OutputEnded = 2;
    private const int BothEnded = InputEnded | OutputEnded;

    // What became of the socket, beside a pipe over it.
    private static readonly object Taken = new();
    private static readonly object Disposed = new();

    private static long s_lastId;

    private readonly EngineSocket _socket;
    private ReadOnlyMemory<byte> _alreadyRead;

    // Null while nobody has used the socket; else the SocketDuplexPipe, Taken or Disposed.
    private object? _use;
    private int _ended;
    private Exception? _cause;
    private CancellationTokenSource? _closed;

    // What most connections are never asked for: relays keep thousands of connections.
    private Asked? _asked;

    /// <summary>Makes a connection, which owns the socket.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="alreadyRead">Bytes that were received already and come first.</param>
    public SocketConnection(EngineSocket socket, ReadOnlyMemory<byte> alreadyRead = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _alreadyRead = alreadyRead;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The socket was taken over through <see cref="IEngineSocketFeature"/>.</exception>
    /// <exception cref="ObjectDisposedException">The connection was disposed before.</exception>
    public override IDuplexPipe Transport
    {
        get => _asked?.Transport ?? Pipe();
        set
        {
            _ = Pipe();
            Details.Transport = value;
        }
    }

    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => Details.Id ??= $"S{Interlocked.Increment(ref s_lastId):X8}";
        set => Details.Id = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => Details.Features ??= new SocketConnectionFeatures(this);

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => Details.Items ??= new ConnectionItems();
        set => Details.Items = value;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint
    {
        get => Details.Local ??= _socket.LocalEndPoint;
        set => Details.Local = value;
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get => Details.Remote ??= _socket.RemoteEndPoint;
        set => Details.Remote = value;
    }

    /// <summary>Cancelled once both directions have ended, or the connection failed, was aborted or disposed. Nothing watches an unused connection: reading and writing find out.</summary>
    public override CancellationToken ConnectionClosed
    {
        get => _asked?.Closed ?? OwnConnectionClosed();
        set => Details.Closed = value;
    }

    /// <summary>Why the connection ended, where it did not end in good order.</summary>
    internal Exception? Cause => Volatile.Read(ref _cause);

    private Asked Details => _asked ?? Interlocked.CompareExchange(ref _asked, new Asked(), null) ?? _asked;

    private bool IsOver => Cause is not null || Volatile.Read(ref _ended) == BothEnded;

    /// <inheritdoc/>
    public bool TryTake([NotNullWhen(true)] out EngineSocket? socket, out ReadOnlyMemory<byte> alreadyRead)
    {
        if (Interlocked.CompareExchange(ref _use, Taken, null) is not null)
        {
            socket = null;
            alreadyRead = default;
            return false;
        }

        socket = _socket;
        alreadyRead = _alreadyRead;
        _alreadyRead = default;
        return true;
    }

    /// <summary>Resets the connection (RST), as <see cref="Abort(ConnectionAbortedException)"/>.</summary>
    public override void Abort() => Abort(new ConnectionAbortedException("The connection was aborted on this side."));

    /// <summary>Resets the connection (RST), discarding what is queued. Reads and writes under way throw the reason. Does nothing once the socket was taken over.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        ArgumentNullException.ThrowIfNull(abortReason);
        if (Volatile.Read(ref _use) != Taken)
        {
            _ = Keep(abortReason);
            _socket.Abort();
        }
    }

    /// <summary>Sends what was written, and FIN, and closes. A write still under way is given up and the connection aborted. Does not touch a socket that was taken over.</summary>
    public override async ValueTask DisposeAsync()
    {
        object? use = Interlocked.CompareExchange(ref _use, Disposed, null);
        if (use == Taken)
        {
            OnEnded(BothEnded);
        }
        else
        {
            SocketDuplexPipe? pipe = use as SocketDuplexPipe;
            if (pipe is not null)
            {
                await EndOutputAsync(pipe);
            }

            _ = Keep(new ConnectionAbortedException("The connection was disposed."));
            _socket.Dispose();
            pipe?.Dispose();
        }

        await base.DisposeAsync();
    }

    /// <summary>Keeps the first cause of an ending.</summary>
    /// <returns>The cause that is kept.</returns>
    internal Exception Keep(Exception cause)
    {
        Exception kept = Interlocked.CompareExchange(ref _cause, cause, null) ?? cause;
        SignalIfOver();
        return kept;
    }

    /// <summary>The peer's FIN was received.</summary>
    internal void OnInputEnded() => OnEnded(InputEnded);

    /// <summary>Everything is sent and <c>Output</c> was completed: sends FIN.</summary>
    internal void EndOutput()
    {
        _socket.ShutdownSend();
        OnEnded(OutputEnded);
    }

    private void OnEnded(int direction)
    {
        _ = Interlocked.Or(ref _ended, direction);
        SignalIfOver();
    }

    private async ValueTask EndOutputAsync(SocketDuplexPipe pipe)
    {
        if (pipe.IsWriting)
        {
            Abort(new ConnectionAbortedException("The connection was disposed while a write was under way."));
        }

        await pipe.Output.CompleteAsync();
    }

    private SocketDuplexPipe Pipe()
    {
        object? use = Volatile.Read(ref _use);
        if (use is null)
        {
            SocketDuplexPipe made = new(this, _socket, _alreadyRead);
            use = Interlocked.CompareExchange(ref _use, made, null);
            if (use is null)
            {
                _alreadyRead = default;
                return made;
            }
        }

        ObjectDisposedException.ThrowIf(use == Disposed, this);
        return use as SocketDuplexPipe
            ?? throw new InvalidOperationException("The connection's socket was taken over through IEngineSocketFeature; there is nothing left to read or write here.");
    }

    private CancellationToken OwnConnectionClosed()
    {
        CancellationTokenSource? closed = Volatile.Read(ref _closed);
        if (closed is null)
        {
            CancellationTokenSource made = new();
            closed = Interlocked.CompareExchange(ref _closed, made, null) ?? made;
            SignalIfOver();
        }

        return closed.Token;
    }

    private void SignalIfOver()
    {
        // What others registered must not run here: this may be an engine's loop. A fault of theirs is theirs.
        if (IsOver && Volatile.Read(ref _closed) is { IsCancellationRequested: false } closed)
        {
            _ = closed.CancelAsync();
        }
    }

    private sealed class Asked
    {
        public IDuplexPipe? Transport { get; set; }

        public SocketConnectionFeatures? Features { get; set; }

        public IDictionary<object, object?>? Items { get; set; }

        public string? Id { get; set; }

        public CancellationToken? Closed { get; set; }

        public EndPoint? Local { get; set; }

        public EndPoint? Remote { get; set; }
    }
}
