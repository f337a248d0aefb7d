using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Opens sessions with a tor that somebody else runs. Between it and us there may be a filter, such as onion-grater: what that refuses is done without, where it can be.</summary>
internal sealed partial class ExternalSession(ControlAddress address, EndPoint? socks, SocketEngine engine, TimeProvider clock, ILogger logger)
{
    private const string SocksPort = "SocksPort";

    // Each with what is not known without it.
    private static readonly (string Name, string Untold)[] Events =
    [
        (StatusEvent.ClientEventName, "when it loses its network"),
        (StatusEvent.GeneralEventName, "how far the clock is off"),
        (HsDescEvent.EventName, "when a service's descriptor is uploaded; services count as published once tor has taken them"),
    ];

    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(5);

    // What is missing is said once, not at each connection.
    private readonly HashSet<string> _told = [];

    /// <summary>Authenticates, and asks for what there is to know.</summary>
    /// <param name="socket">A connection to the control port, owned from here on.</param>
    /// <param name="credentials">How to authenticate.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It is not tor's, does not accept us, or is too old.</exception>
    public async Task<TorSession> OpenAsync(EngineSocket socket, ControlCredentials credentials, CancellationToken cancellationToken)
    {
        var control = new TorControlConnection(socket, new ControlConnectionOptions { Clock = clock }, logger);
        try
        {
            ProtocolInfo info = await ControlAuthenticator.AuthenticateAsync(control, credentials, cancellationToken);
            if (TorVersion.IsTooOld(info.Version))
            {
                throw new ControlException($"It is tor {LogText.Redact(info.Version!)}, and {TorVersion.Oldest} or later is needed. Update it.");
            }

            // Before the questions, so that no change falls between answer and event.
            IReadOnlyList<string> events = await WatchAsync(control, cancellationToken);
            BootstrapPhase phase = await AskPhaseAsync(control, cancellationToken);
            return new TorSession(control, phase, stop => FindSocksAsync(control, stop))
            {
                Events = events,
                Version = info.Version,
                Traits = new TorTraits { IsOurs = false, TellsDescriptors = events.Contains(HsDescEvent.EventName) },
            };
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for the events that we need, or those of them that are granted.</summary>
    /// <returns>Those that are granted.</returns>
    private async Task<IReadOnlyList<string>> WatchAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        string[] wanted = [.. Events.Select(e => e.Name)];
        if ((await control.SendAsync(ControlCommand.SetEvents(wanted), cancellationToken)).IsSuccess)
        {
            return wanted;
        }

        var granted = new List<string>();
        foreach ((string name, string untold) in Events)
        {
            if ((await control.SendAsync(ControlCommand.SetEvents([.. granted, name]), cancellationToken)).IsSuccess)
            {
                granted.Add(name);
            }
            else
            {
                Tell(untold);
            }
        }

        return granted;
    }

    private async Task<BootstrapPhase> AskPhaseAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        if (await control.TryGetInfoAsync(BootstrapPhase.InfoKey, cancellationToken) is not { } told)
        {
            Tell("how far it has joined its network; it is taken to have");
            return BootstrapPhase.Untold;
        }

        // What cannot be read is no leave to dial.
        return BootstrapPhase.TryParse(told) ?? throw new ControlException("Its bootstrap phase is not what tor answers. Check that it is tor's.");
    }

    private async ValueTask<EndPoint> FindSocksAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        if (socks is not null)
        {
            return socks;
        }

        string told = await control.TryGetInfoAsync(SocksListeners.InfoKey, cancellationToken)
            ?? throw new ControlException("It does not tell where its SOCKS port is. Set transports.tor.socks.");
        EndPoint[] listed = [.. SocksListeners.Parse(told)];
        foreach (EndPoint candidate in listed.Select(Reachable).OfType<EndPoint>().OrderBy(e => e is IPEndPoint))
        {
            if (await AnswersAsync(candidate, cancellationToken))
            {
                await CheckIsolationAsync(control, cancellationToken);
                return candidate;
            }
        }

        throw new ControlException($"Of its {listed.Length} SOCKS ports none is reached from here. Give it one (SocksPort), or set transports.tor.socks.");
    }

    // A loopback of another machine is not ours.
    private EndPoint? Reachable(EndPoint listener) => (listener, address.EndPoint) switch
    {
        (IPEndPoint tcp, IPEndPoint control) when address.IsElsewhere => IsAny(tcp.Address) || tcp.Address.Equals(control.Address) ? new IPEndPoint(control.Address, tcp.Port) : null,
        (IPEndPoint tcp, _) when IsAny(tcp.Address) => new IPEndPoint(tcp.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, tcp.Port),
        (IPEndPoint tcp, _) => IPAddress.IsLoopback(tcp.Address) ? tcp : null,
        _ => address.IsElsewhere ? null : listener,
    };

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private async Task<bool> AnswersAsync(EndPoint candidate, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = Deadline.After(ProbePatience, clock).CreateLinkedSource(cancellationToken);
        try
        {
            (await engine.ConnectAsync(candidate, null, timeout.Token)).Dispose();
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task CheckIsolationAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        KeyValueReply? answers = KeyValueReply.TryParse(await control.SendAsync(ControlCommand.GetConf(SocksPort), cancellationToken));
        if (answers?.All(SocksPort).Any(line => line?.Contains("NoIsolateSOCKSAuth", StringComparison.OrdinalIgnoreCase) == true) == true && _told.Add(SocksPort))
        {
            LogNotIsolated();
        }
    }

    private void Tell(string what)
    {
        if (_told.Add(what))
        {
            LogUntold(address.Text, what);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The control port at {Control} does not tell {What}.")]
    private partial void LogUntold(string control, string what);

    [LoggerMessage(2, LogLevel.Warning, "The external tor has a SOCKS port with NoIsolateSOCKSAuth: connections that should be kept apart may share circuits there. Remove that flag, or set transports.tor.socks to another port.")]
    private partial void LogNotIsolated();
}
