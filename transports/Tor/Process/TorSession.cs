using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>One run of tor, seen through its control port: connected, authenticated, owned.</summary>
internal sealed class TorSession : IAsyncDisposable
{
    // Tor opens its control port some 20 ms after its start; there is no event to wait for before.
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

    private const string PhaseKey = "status/bootstrap-phase";
    private const string ListenersKey = "net/listeners/socks";

    private readonly TorFolders _folders;

    private TorSession(TorControlConnection control, TorFolders folders, ImmutableArray<string> plugins, BootstrapPhase phase, string? version)
    {
        _folders = folders;
        Plugins = plugins;
        Control = control;
        Phase = phase;
        Version = version;
    }

    /// <summary>The control connection; tor ends with it.</summary>
    public TorControlConnection Control { get; }

    /// <summary>The pluggable transports that this run is to launch, of which TRANSPORT_LAUNCHED events tell.</summary>
    public ImmutableArray<string> Plugins { get; }

    /// <summary>How far tor had come when the session was opened; STATUS_CLIENT events tell the rest.</summary>
    public BootstrapPhase Phase { get; }

    /// <summary>Tor's version, or null.</summary>
    public string? Version { get; }

    /// <summary>Connects to a tor that is starting, authenticates and takes ownership; then tor may use the network.</summary>
    /// <exception cref="OverlayException">Tor does not open its control port, or it is not tor's.</exception>
    public static async Task<TorSession> OpenAsync(TorFolders folders, IReadOnlyList<string> lines, SocketEngine engine, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        EngineSocket socket = await ConnectAsync(folders, engine, clock, cancellationToken);
        var control = new TorControlConnection(socket, new ControlConnectionOptions { Clock = clock }, logger);
        try
        {
            ProtocolInfo info = await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = folders.Cookie }, cancellationToken);
            await control.ExecuteAsync(ControlCommand.TakeOwnership(), cancellationToken);

            // Before the questions, so that no change falls between answer and event.
            bool awaitsUs = Torrc.AwaitsController(lines);
            string[] events = ["STATUS_CLIENT", "STATUS_GENERAL", "HS_DESC", .. awaitsUs ? [TransportLaunchedEvent.EventName] : Array.Empty<string>()];
            await control.ExecuteAsync(ControlCommand.SetEvents(events), cancellationToken);
            if (awaitsUs)
            {
                await control.ExecuteAsync(ControlCommand.SetConf(("DisableNetwork", "0")), cancellationToken);
            }

            KeyValueReply answers = await control.GetInfoAsync([PhaseKey], cancellationToken);
            BootstrapPhase phase = BootstrapPhase.TryParse(answers[PhaseKey])
                ?? throw new ControlException("Tor's bootstrap phase is not what tor answers. Check that the program is tor.");
            return new TorSession(control, folders, awaitsUs ? TransportPlugins.Named(lines) : [], phase, info.Version);
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where tor takes dials. It opens its SOCKS port with the network, so this is asked when tor has joined that.</summary>
    /// <exception cref="ControlException">Tor does not say, or the connection ends.</exception>
    public async ValueTask<EndPoint> FindSocksAsync(CancellationToken cancellationToken)
    {
        return _folders.UsesUnixSockets
            ? new UnixDomainSocketEndPoint(_folders.SocksSocket)
            : LoopbackListener((await Control.GetInfoAsync([ListenersKey], cancellationToken))[ListenersKey]);
    }

    /// <summary>Closes the control connection, whereupon tor ends.</summary>
    public ValueTask DisposeAsync() => Control.DisposeAsync();

    private static async Task<EngineSocket> ConnectAsync(TorFolders folders, SocketEngine engine, TimeProvider clock, CancellationToken cancellationToken)
    {
        Deadline deadline = Deadline.After(ConnectPatience, clock);
        while (true)
        {
            try
            {
                if (ControlEndPoint(folders) is { } endPoint)
                {
                    return await engine.ConnectAsync(endPoint, null, cancellationToken);
                }
            }
            catch (Exception e) when (e is SocketException or IOException && !deadline.IsOver)
            {
            }

            if (deadline.IsOver)
            {
                throw new OverlayException($"Tor did not open its control port within {ConnectPatience.TotalSeconds:0} s. Its log says why; at the level debug all of it is shown.");
            }

            await Task.Delay(ConnectPause, clock, cancellationToken);
        }
    }

    private static EndPoint? ControlEndPoint(TorFolders folders)
    {
        if (folders.UsesUnixSockets)
        {
            return File.Exists(folders.ControlSocket) ? new UnixDomainSocketEndPoint(folders.ControlSocket) : null;
        }

        // "PORT=127.0.0.1:12345", written whole and then renamed into place.
        if (!File.Exists(folders.ControlPortNote))
        {
            return null;
        }

        string note = File.ReadAllText(folders.ControlPortNote).Trim();
        return note.StartsWith("PORT=", StringComparison.Ordinal) ? Loopback(note[5..]) : null;
    }

    private static IPEndPoint LoopbackListener(string? listeners)
    {
        ReadOnlySpan<char> text = listeners;
        return ControlText.Unquote(ref text) is { } first && Loopback(first) is { } endPoint
            ? endPoint
            : throw new ControlException("Tor does not say where its SOCKS port is. Check that the program is tor.");
    }

    private static IPEndPoint? Loopback(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && IPAddress.IsLoopback(endPoint.Address) && endPoint.Port != 0 ? endPoint : null;
}
