using System.IO.Pipelines;
using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's own kind of connection: what it does when it is aborted holds up nobody, and is over before it is disposed.</summary>
internal sealed class ContainedConnection : ConnectionContext
{
    // The inherited Abort asks the thread pool to cancel, which is done in no time unless the machine is busy.
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _inner;
    private readonly CallGuard _guard;
    private readonly TransportFaults _faults;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private Task? _aborting;
    private bool _isDisposed;

    private ContainedConnection(ConnectionContext inner, CallGuard guard, TransportFaults faults, TimeProvider clock)
    {
        _inner = inner;
        _guard = guard;
        _faults = faults;
        _clock = clock;
        ConnectionClosed = inner.ConnectionClosed;
    }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _inner.Transport;
        set => _inner.Transport = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    /// <summary>Contains a connection, unless it is one over a socket of the gateway's own making.</summary>
    public static ConnectionContext Of(ConnectionContext inner, CallGuard guard, TransportFaults faults, TimeProvider clock) =>
        inner is IEngineSocketFeature ? inner : new ContainedConnection(inner, guard, faults, clock);

    public override void Abort() => Abort(new ConnectionAbortedException("The connection was aborted by the gateway."));

    public override void Abort(ConnectionAbortedException abortReason)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _aborting ??= _guard.CallAsync(nameof(Abort), () => AbortAsync(abortReason), CallGuard.QuickLimit, () => false, onLate: null, CancellationToken.None);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Task? aborting;
        lock (_gate)
        {
            _isDisposed = true;
            aborting = _aborting;
        }

        await (aborting ?? Task.CompletedTask);
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<bool> AbortAsync(ConnectionAbortedException reason)
    {
        try
        {
            _inner.Abort(reason);
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(Abort), e);
            return false;
        }

        if (IsAbortInherited(_inner.GetType()))
        {
            // Disposed before its source is cancelled, it would throw on a thread where nobody can catch that.
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = ConnectionClosed.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), closed);
            await closed.Task.WaitAsync(CancelLimit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    private static bool IsAbortInherited(Type type) =>
        type.GetMethod(nameof(Abort), [typeof(ConnectionAbortedException)])!.DeclaringType == typeof(DefaultConnectionContext);
}
