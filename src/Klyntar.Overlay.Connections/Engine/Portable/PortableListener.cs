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
        for (int failures = 0; ; failures++)
        {
            try
            {
                Socket accepted = await _accept(cancellationToken);
                return Adopt(accepted);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && _disposed.IsCancellationRequested)
            {
                return null;
            }
            catch (SocketException e) when (AcceptPause.After(e.SocketErrorCode, failures) is TimeSpan pause)
            {
                if (pause > TimeSpan.Zero && !await PauseAsync(pause, e, cancellationToken))
                {
                    return null;
                }
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _disposing.Cancel();
            _disposing.Dispose();

            // Removes the file of a Unix socket too.
            _socket.Dispose();
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

    /// <summary>False once the listener is disposed.</summary>
    private async ValueTask<bool> PauseAsync(TimeSpan pause, SocketException cause, CancellationToken cancellationToken)
    {
        _paused?.Invoke(cause);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed);
        await Task.Delay(pause, _clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return !_disposed.IsCancellationRequested;
    }
}
