using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A listening socket of System.Net.Sockets.</summary>
internal sealed class PortableListener : EngineListener
{
    private readonly PortableSocketEngine _engine;
    private readonly Socket _socket;
    private readonly Action<SocketException>? _paused;
    private readonly TimeProvider _clock;
    private readonly Func<CancellationToken, ValueTask<Socket>> _accept;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;
    private int _isDisposed;

    // Accepted with one of the last descriptors, and not given out before there are others.
    private Socket? _held;

    /// <summary>Takes over a socket that listens.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="paused">Told of pauses.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="accept">Accepts in place of the socket, for tests of faults.</param>
    public PortableListener(PortableSocketEngine engine, Socket socket, Action<SocketException>? paused, TimeProvider clock, Func<CancellationToken, ValueTask<Socket>>? accept = null)
    {
        _engine = engine;
        _socket = socket;
        _paused = paused;
        _clock = clock;
        _accept = accept ?? socket.AcceptAsync;
        _disposed = _disposing.Token;
        LocalEndPoint = socket.LocalEndPoint!;
    }

    public override EndPoint LocalEndPoint { get; }

    public override async ValueTask<EngineSocket?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        for (int failures = 0; !_disposed.IsCancellationRequested; failures++)
        {
            try
            {
                if (_held is null)
                {
                    Socket accepted = await _accept(cancellationToken);
                    if (!DescriptorReserve.IsReachedByAccept(accepted))
                    {
                        return Adopt(accepted);
                    }

                    _held = accepted;
                }
                else if (DescriptorReserve.AllowsAccept() && Interlocked.Exchange(ref _held, null) is { } held)
                {
                    return Adopt(held);
                }

                await PauseAsync(SocketError.TooManyOpenSockets, failures, cancellationToken);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && _disposed.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException e) when (AcceptPause.After(e.SocketErrorCode, failures) is not null)
            {
                await PauseAsync(e.SocketErrorCode, failures, cancellationToken);
            }
        }

        Interlocked.Exchange(ref _held, null)?.Dispose();
        return null;
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _disposing.Cancel();
            _disposing.Dispose();

            // Removes the file of a Unix socket too.
            _socket.Dispose();
            Interlocked.Exchange(ref _held, null)?.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private PortableSocket Adopt(Socket accepted)
    {
        // An accepted socket inherits TCP_NODELAY from the listening one on Linux and the BSDs.
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS() && accepted.ProtocolType == ProtocolType.Tcp)
        {
            try
            {
                accepted.NoDelay = true;
            }
            catch (SocketException)
            {
                // Gone already: the first receive says so.
            }
        }

        return new PortableSocket(_engine, accepted);
    }

    private async ValueTask PauseAsync(SocketError error, int failuresBefore, CancellationToken cancellationToken)
    {
        if (AcceptPause.After(error, failuresBefore) is not TimeSpan pause || pause == TimeSpan.Zero)
        {
            return;
        }

        _paused?.Invoke(new SocketException((int)error));
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed);
        await Task.Delay(pause, _clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
