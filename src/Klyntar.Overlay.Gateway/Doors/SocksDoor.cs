using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>Accepts SOCKS5, SOCKS4a and HTTP CONNECT on one listening socket, dials, and relays.</summary>
internal sealed partial class SocksDoor : IAsyncDisposable
{
    /// <summary>How many connections a client on another machine may hold, unless the configuration says.</summary>
    internal const int RemoteClientLimit = 1024;

    // How long a refused client may take to read its reply.
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(2);

    private readonly SocksDoorOptions _options;
    private readonly DoorContext _context;
    private readonly SocksServerOptions _server;
    private readonly DoorAdmission _admission;
    private readonly DestinationGate _destinations;
    private readonly SharedTimeout _handshakeTimeout;
    private readonly FrozenSet<uint> _users;
    private readonly bool _countsClients;
    private readonly IsolationKey _anonymous;
    private readonly string _name;
    private readonly FrozenDictionary<string, RelayOptions> _relays;
    private readonly bool _staysOnLoop;
    private readonly ILogger _logger;
    private readonly EngineListener _listener;
    private readonly CancellationTokenSource _stopAccepting = new();
    private readonly CancellationTokenSource _abort = new();
    private bool _tellsCause;
    private Task _accepting = Task.CompletedTask;
    private long _accepted;
    private int _pendingDials;

    private SocksDoor(SocksDoorOptions options, SocksServerOptions server, int connections, TransportSet transports, DoorContext context, EngineListener listener)
    {
        _options = options;
        _server = server;
        _context = context;
        _listener = listener;
        _name = EndPointText.Format(listener.LocalEndPoint);
        _anonymous = IsolationKey.From(_name, [], []);
        _users = Users(options);

        // All programs of this machine share an address; only a limit that was asked for counts them as one.
        bool isRemote = options.Listen is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address);
        _countsClients = options.Limits.ConnectionsPerClient is not null || isRemote;
        _admission = new DoorAdmission(connections, options.Limits.ConnectionsPerClient ?? RemoteClientLimit, context.Clock);
        _handshakeTimeout = new SharedTimeout(options.Limits.HandshakeTimeout, context.Clock);
        _destinations = new DestinationGate(options.Limits.PendingDialsPerDestination);
        _relays = transports.All.ToFrozenDictionary(t => t.Name, t => context.ForDialled(t.Capabilities), StringComparer.Ordinal);
        _staysOnLoop = transports.All.All(t => t.NeverBlocks);
        _logger = context.Loggers.CreateLogger<SocksDoor>();
    }

    /// <summary>Where it listens, with the port that was given for port 0.</summary>
    public EndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>How the door is.</summary>
    public SocksDoorReport Report => new()
    {
        Listen = _name,
        Connections = _admission.Count,
        ConnectionLimit = _admission.Limit,
        Accepted = Volatile.Read(ref _accepted),
        PendingDials = Volatile.Read(ref _pendingDials),
    };

    /// <summary>Listens. Connections wait in the kernel until <see cref="Start"/>.</summary>
    /// <param name="options">The door's configuration, validated.</param>
    /// <param name="server">What is asked of clients.</param>
    /// <param name="connections">How many connections it holds.</param>
    /// <param name="transports">The transports that may be dialled.</param>
    /// <param name="context">What the doors share.</param>
    /// <exception cref="OverlayException">The address cannot be listened on.</exception>
    public static SocksDoor Listen(SocksDoorOptions options, SocksServerOptions server, int connections, TransportSet transports, DoorContext context)
    {
        EngineListener listener;
        try
        {
            // The kernel tells who connects, so that the file may let everybody in where others are named.
            UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            UnixFileMode everybody = owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            listener = context.Engine.Listen(options.Listen, new EngineListenOptions { UnixMode = options.AllowedUids.Count > 0 ? everybody : owner, ResumesOnLoop = true });
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            string why = e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                ? "another program listens there already. Stop that program, or give the door another port"
                : $"{e.Message}. Give the door another address or port";
            throw new OverlayException($"The SOCKS door cannot listen on {EndPointText.Format(options.Listen)}: {why} (\"socks\": [{{ \"listen\": … }}]).", e);
        }

        return new SocksDoor(options, server, connections, transports, context, listener);
    }

    /// <summary>Listens for <see cref="GatewayClient"/>, on a Unix socket for the gateway's own user and root.</summary>
    /// <exception cref="OverlayException">The socket cannot be listened on.</exception>
    public static SocksDoor ListenForClients(string path, TransportSet transports, DoorContext context)
    {
        const int Connections = 1024;
        var options = new SocksDoorOptions { Listen = EndPointText.Unix(path) };
        SocksDoor door = Listen(options, SocksServerOptions.Default, Connections, transports, context);
        door._tellsCause = true;
        return door;
    }

    /// <summary>Begins to accept.</summary>
    public void Start()
    {
        if (!_tellsCause)
        {
            LogListening(_name);
        }

        _accepting = AcceptAsync();
    }

    /// <summary>Accepts no more, ends what does not relay yet, and waits for the rest.</summary>
    /// <param name="drained">Ends the wait; the rest is then aborted.</param>
    public async Task StopAsync(CancellationToken drained)
    {
        await _stopAccepting.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        Task emptied = _admission.EndWaiting();
        await emptied.WaitAsync(drained).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _abort.CancelAsync();
        if (!await EndTime.SeeAsync(emptied, _context.Clock))
        {
            LogStuck(_name, _admission.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stopAccepting.Dispose();
        _handshakeTimeout.Dispose();
        _abort.Dispose();
    }

    private static FrozenSet<uint> Users(SocksDoorOptions options) =>
        options.AllowedUids.Count > 0 ? options.AllowedUids.ToFrozenSet() : new[] { CurrentUser.Id ?? 0, 0u }.ToFrozenSet();

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(_stopAccepting.Token) is { } socket)
            {
                await AdmitAsync(socket);
            }
        }
        catch (OperationCanceledException) when (_stopAccepting.IsCancellationRequested)
        {
            // The door is stopping.
        }
        catch (Exception e)
        {
            LogAcceptFailed(e, _name);
        }
    }

    private async ValueTask AdmitAsync(EngineSocket socket)
    {
        Interlocked.Increment(ref _accepted);
        var connection = new DoorConnection(socket);
        bool admitted = false;
        try
        {
            if (MayEnter(connection))
            {
                // While this one waits, nobody else is accepted.
                await _admission.WaitForRoomAsync(_stopAccepting.Token);
                _admission.Enter(connection);
                admitted = true;
            }
        }
        finally
        {
            if (!admitted)
            {
                socket.Abort();
                socket.Dispose();
                _admission.Leave(connection);
            }
        }

        if (admitted)
        {
            // Its faults are its own: it ends in the log and in Leave, whatever happens.
            _ = ServeAsync(connection);
        }
    }

    private bool MayEnter(DoorConnection connection)
    {
        uint? user = null;
        if (_options.Listen is UnixDomainSocketEndPoint)
        {
            user = connection.Socket.PeerUserId;
            if (user is not { } id || !_users.Contains(id))
            {
                LogUserRefused(_name, user);
                return false;
            }
        }

        if (_countsClients && !_admission.TryCount(connection, new DoorClient((connection.Socket.RemoteEndPoint as IPEndPoint)?.Address, user)))
        {
            LogClientLimit(_name);
            return false;
        }

        return true;
    }
}
