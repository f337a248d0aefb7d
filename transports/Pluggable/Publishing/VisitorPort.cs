using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The extended ORPort of one server program: a port on loopback at which it connects for each visitor, after proving that it is that program.</summary>
internal sealed class VisitorPort : IAsyncDisposable
{
    private const int ReceiveLength = 1024;

    // Whoever can connect on this machine could keep so many waiting, each for the patience.
    private const int MostGreeting = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // An obfs4 client that receives the service's first bytes together with the server's handshake keeps them until more come (obfs4proxy 0.0.14 and its
    // successors). So nobody who is silent is handed over at once: a service that speaks first does so a moment after the handshake.
    private static readonly TimeSpan HandshakeAlone = TimeSpan.FromMilliseconds(250);

    // Not the program's own: that would make all its visitors one.
    private static readonly EndPoint Untold = new UntoldEndPoint();

    private readonly EngineListener _listener;
    private readonly TimeProvider _clock;
    private int _greeting;

    private VisitorPort(EngineListener listener, TimeProvider clock)
    {
        _listener = listener;
        _clock = clock;
    }

    /// <summary>What the program is told, which nobody else reads.</summary>
    public byte[] Cookie { get; } = RandomNumberGenerator.GetBytes(ExtendedOrPortCodec.CookieSize);

    /// <summary>Where it listens, as the program is told.</summary>
    public string Address => _listener.LocalEndPoint.ToString()!;

    /// <summary>Opens one at a port of the system's choice.</summary>
    /// <exception cref="OverlayException">The system has none.</exception>
    public static VisitorPort Open(SocketEngine engine, TimeProvider clock)
    {
        try
        {
            return new VisitorPort(engine.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions()), clock);
        }
        catch (SocketException e)
        {
            throw new OverlayException($"No port of 127.0.0.1 can be listened on for visitors: {e.SocketErrorCode}. Check how many descriptors and ports are in use.", e);
        }
    }

    /// <summary>Accepts visitors until it is disposed.</summary>
    /// <param name="method">The method that they come by.</param>
    /// <param name="mayEnter">Whether anybody is let in now.</param>
    /// <param name="letIn">Takes a visitor's connection, which is its own from then on.</param>
    /// <param name="cancellationToken">Gives up greetings under way.</param>
    public async Task AcceptAsync(string method, Func<bool> mayEnter, Func<SocketConnection, EngineSocket, Task> letIn, CancellationToken cancellationToken)
    {
        var greetings = new HashSet<Task>();
        while (await _listener.AcceptAsync(CancellationToken.None) is { } socket)
        {
            if (Interlocked.Increment(ref _greeting) > MostGreeting)
            {
                Interlocked.Decrement(ref _greeting);
                socket.Abort();
                continue;
            }

            greetings.RemoveWhere(static task => task.IsCompleted);
            greetings.Add(GreetAsync(socket, method, mayEnter, letIn, cancellationToken));
        }

        await Task.WhenAll(greetings);
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync() => await _listener.DisposeAsync();

    private async Task GreetAsync(EngineSocket socket, string method, Func<bool> mayEnter, Func<SocketConnection, EngineSocket, Task> letIn, CancellationToken cancellationToken)
    {
        // Off the loop of who accepts.
        await Task.Yield();
        SocketConnection? visitor = null;
        try
        {
            using CancellationTokenSource inTime = Deadline.After(Patience, _clock).CreateLinkedSource(cancellationToken);
            visitor = await TalkAsync(socket, method, mayEnter, inTime.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The visitor has left, the program has ended, or whoever connected is none.
        }
        finally
        {
            Interlocked.Decrement(ref _greeting);
            if (visitor is null)
            {
                socket.Dispose();
            }
        }

        if (visitor is not null)
        {
            await letIn(visitor, socket);
        }
    }

    private async Task<SocketConnection?> TalkAsync(EngineSocket socket, string method, Func<bool> mayEnter, CancellationToken cancellationToken)
    {
        var codec = new ExtendedOrPortCodec(Cookie, RandomNumberGenerator.GetBytes(ExtendedOrPortCodec.CookieSize));
        byte[] buffer = new byte[ReceiveLength];
        while (true)
        {
            if (codec.TakeOutput() is { Length: > 0 } output)
            {
                await socket.SendAsync(output, cancellationToken);
            }

            if (codec.Violation is not null)
            {
                return null;
            }

            int received = await socket.ReceiveAsync(buffer, cancellationToken);
            if (received == 0)
            {
                return null;
            }

            int consumed = codec.Advance(buffer.AsSpan(0, received));
            if (!codec.IsDone)
            {
                continue;
            }

            // The method is optional in the specification, and a wrong one is not.
            bool isWelcome = mayEnter() && (codec.Method ?? method) == method;
            await socket.SendAsync(isWelcome ? ExtendedOrPortCodec.Accepted : ExtendedOrPortCodec.Refused, cancellationToken);
            if (!isWelcome)
            {
                return null;
            }

            if (consumed == received)
            {
                await HeardOrAloneAsync(socket, cancellationToken);
            }

            return new SocketConnection(socket, buffer.AsMemory(consumed, received - consumed).ToArray()) { RemoteEndPoint = codec.UserAddress ?? Untold };
        }
    }

    private async Task HeardOrAloneAsync(EngineSocket socket, CancellationToken cancellationToken)
    {
        using CancellationTokenSource alone = Deadline.After(HandshakeAlone, _clock).CreateLinkedSource(cancellationToken);
        try
        {
            await socket.WaitReadableAsync(alone.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The visitor says nothing: the service may.
        }
    }

    /// <summary>Where a visitor comes from whom the program says nothing of.</summary>
    private sealed class UntoldEndPoint : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Unspecified;

        public override string ToString() => "unknown";
    }
}
