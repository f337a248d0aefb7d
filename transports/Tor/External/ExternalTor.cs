using System.Net;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Processes;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A tor that somebody else runs: nothing of its configuration is touched, it is never owned and never ended.</summary>
internal sealed partial class ExternalTor : ITorSource
{
    private const int MaxPassword = 1_024;

    private readonly TorOptions _options;
    private readonly ControlAddress _address;
    private readonly SocketEngine _engine;
    private readonly ITransportContext _context;
    private readonly ILogger _logger;
    private readonly ExternalSession _sessions;

    /// <summary>Makes a source. Whether tor is there shows later, and may change at any time.</summary>
    public ExternalTor(TorOptions options, SocketEngine engine, ITransportContext context)
    {
        _options = options;
        _address = new ControlAddress(options.Control!);
        _engine = engine;
        _context = context;
        _logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.Tor");
        _sessions = new ExternalSession(_address, options.Socks, engine, context.Clock, _logger);
        Doors = new TcpDoors((IPEndPoint)(options.ServiceListen ?? new IPEndPoint(IPAddress.Loopback, 0)), options.Control!, engine, _logger);
    }

    public IVisitorDoors Doors { get; }

    public Task RunAsync(Func<TorSession, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken)
    {
        var loop = new RestartLoop(new RestartBackOff(), _logger)
        {
            Clock = _context.Clock,
            OnInterrupted = interruption => interrupted(interruption.Why),
        };
        return loop.RunAsync(RunOnceAsync, cancellationToken);

        async Task RunOnceAsync(CancellationToken stop)
        {
            try
            {
                ControlCredentials credentials = Credentials();
                EngineSocket socket = await _address.ConnectAsync(_engine, _context.Clock, stop);
                await using TorSession session = await _sessions.OpenAsync(socket, credentials, stop);
                Log.Connected(_logger, session.ShownVersion, _address.Text);
                _context.Programs.OnReached(new HelperProgram(_address.Text, $"external tor {session.ShownVersion}"));
                session.OnWorking = loop.OnWorking;
                await serve(session, stop);
            }
            catch (OverlayException e)
            {
                // Paths and versions in it may be what a control port that is not tor's made up.
                throw new OverlayException(LogText.Redact(e is ControlException ? $"The external tor at {_address.Text}: {e.Message}" : e.Message), e);
            }
        }
    }

    public void Dispose()
    {
    }

    // Read anew for each connection: the operator may have corrected it.
    private ControlCredentials Credentials() => new()
    {
        CookieFile = _options.CookieFile,
        Password = _options.PasswordFile is { } file ? ReadPassword(file) : null,
        PeerUserIds = _address.TrustedUsers,
        IsForeign = true,
        IsElsewhere = _address.IsElsewhere,
        IsVouchedFor = _options.TrustControl,
    };

    private static string ReadPassword(string path)
    {
        byte[] text = ForeignSecretFile.Read(path, "password file", MaxPassword, out FileOwner? owner);
        if (owner is { } file && file.UserId != CurrentUser.Id && file.UserId != 0)
        {
            throw new OverlayException($"The password file {path} is of the user {file.User}, who could put another password there. Make it your own.");
        }

        int end = text.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
        string password = Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
        return password.Length > 0 ? password : throw new OverlayException($"The first line of the password file {path} is empty. Write tor's control password there.");
    }
}
