using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Opens sessions with a tor of our own.</summary>
internal static class OwnedSession
{
    // Tor opens its control port some 20 ms after its start; there is no event to wait for before.
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

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
            string[] events = [StatusEvent.ClientEventName, StatusEvent.GeneralEventName, HsDescEvent.EventName, .. awaitsUs ? [TransportLaunchedEvent.EventName] : Array.Empty<string>()];
            await control.ExecuteAsync(ControlCommand.SetEvents(events), cancellationToken);
            if (awaitsUs)
            {
                await control.ExecuteAsync(ControlCommand.SetConf(("DisableNetwork", "0")), cancellationToken);
            }

            KeyValueReply answers = await control.GetInfoAsync([BootstrapPhase.InfoKey], cancellationToken);
            BootstrapPhase phase = BootstrapPhase.TryParse(answers[BootstrapPhase.InfoKey])
                ?? throw new ControlException("Tor's bootstrap phase is not what tor answers. Check that the program is tor.");
            return new TorSession(control, phase, stop => FindSocksAsync(control, folders, stop))
            {
                Events = events,
                Plugins = awaitsUs ? TransportPlugins.Named(lines) : [],
                Bridges = BridgeWatch.Count(lines),
                Version = info.Version,
            };
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<EndPoint> FindSocksAsync(TorControlConnection control, TorFolders folders, CancellationToken cancellationToken)
    {
        if (folders.UsesUnixSockets)
        {
            return new UnixDomainSocketEndPoint(folders.SocksSocket);
        }

        KeyValueReply answers = await control.GetInfoAsync([SocksListeners.InfoKey], cancellationToken);
        return SocksListeners.Parse(answers[SocksListeners.InfoKey]).OfType<IPEndPoint>().FirstOrDefault(e => IPAddress.IsLoopback(e.Address))
            ?? throw new ControlException("Tor does not say where its SOCKS port is. Check that the program is tor.");
    }

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

    private static IPEndPoint? Loopback(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && IPAddress.IsLoopback(endPoint.Address) && endPoint.Port != 0 ? endPoint : null;
}
