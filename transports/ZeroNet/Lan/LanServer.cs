using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Moves the datagrams of <see cref="LanDiscovery"/>. Broadcasts come at the port that all have in common, of which every program of this machine hears each; answers come at the UDP
/// port of the peer port's own number, since of several programs at one port only one would get them. Where a port cannot be opened the transport goes on without, and it is tried again.
/// </summary>
/// <param name="leg">The ordinary network, whose peer port is told of.</param>
/// <param name="port">The UDP port at which all listen.</param>
/// <param name="allowsLoopback">Whether this machine's own network is asked too.</param>
/// <param name="peerId">This peer's name for this run.</param>
/// <param name="known">Who was heard.</param>
/// <param name="begin">Makes what answers, as whom it is told to, on networks.</param>
/// <param name="changed">Completed when the sites that are told may have changed.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The transport's logger.</param>
internal sealed partial class LanServer(
    ClearnetLeg leg, int port, bool allowsLoopback, string peerId, LanPeers known, Func<LanSender, LanNetworks, LanDiscovery> begin, Func<Task> changed, TimeProvider clock, ILogger logger)
{
    /// <summary>The port at which real nodes listen.</summary>
    public const int CustomaryPort = 1544;

    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(1);
    private static readonly IPEndPoint Anybody = new(IPAddress.Any, 0);

    private volatile LanNetworks? _networks;
    private volatile string? _problem;

    /// <summary>What a person should know of it: networks' addresses among them.</summary>
    public ImmutableArray<string> Notes => _problem is { } problem ? [problem] : _networks?.Current switch
    {
        null => [],
        [] => [$"No local network is asked for peers: this machine is on no private IPv4 network that the peer port listens on. Write \"0.0.0.0:{ZeroNetOptions.CustomaryPort}\" into transports.zeronet.listen, or set transports.zeronet.lan to false."],
        { } networks => [string.Create(CultureInfo.InvariantCulture, $"It tells the local network {string.Join(", ", networks.Select(static network => network.Range))} of its sites; peers heard there: {known.Count}.")],
    };

    /// <summary>Listens and asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (ServiceStatus _ in leg.Status.WatchAsync(cancellationToken))
        {
            if (leg.Bound is { } bound)
            {
                await RunAsync(bound, cancellationToken);
            }
        }
    }

    private async Task RunAsync(IPEndPoint peerPort, CancellationToken cancellationToken)
    {
        IPAddress here = peerPort.AddressFamily == AddressFamily.InterNetwork ? peerPort.Address : IPAddress.Any;
        _networks = new LanNetworks(() => LanNetwork.OfThisMachine(allowsLoopback), peerPort.Address, clock);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using Socket common = Open(new IPEndPoint(IPAddress.Any, port), isShared: true);
                using Socket own = Open(new IPEndPoint(here, peerPort.Port), isShared: false);
                _problem = null;
                await RunAsync(common, own, begin(new LanSender(peerId, peerPort.Port, peerPort.Port), _networks), cancellationToken);
            }
            catch (SocketException e)
            {
                string problem = $"The local network is not asked for peers: UDP port {port} or {peerPort.Port} cannot be used: {e.Message} End what else has it, or set transports.zeronet.lan to false.";
                if (_problem is null)
                {
                    LogProblem(problem);
                }

                _problem = problem;
            }

            await Task.Delay(AgainAfter, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Socket Open(IPEndPoint at, bool isShared)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // To .NET this is SO_REUSEPORT as well, where there is one; each socket gets each broadcast nevertheless.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, isShared);
            socket.EnableBroadcast = true;
            socket.Bind(at);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task RunAsync(Socket common, Socket own, LanDiscovery discovery, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] work =
        [
            ListenAsync(common, own, discovery, either.Token),
            ListenAsync(own, own, discovery, either.Token),
            discovery.RunAsync(changed, (datagrams, stop) => SendAsync(own, datagrams, stop), either.Token),
        ];
        try
        {
            await await Task.WhenAny(work);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(Socket socket, Socket own, LanDiscovery discovery, CancellationToken cancellationToken)
    {
        // One byte more than is read: what fills it is too long.
        byte[] buffer = new byte[LanLimits.Datagram + 1];
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, Anybody, cancellationToken);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.ConnectionReset)
            {
                // Windows says so of one datagram that is too long, or of one of ours that found nobody.
                continue;
            }

            if (received.ReceivedBytes <= LanLimits.Datagram)
            {
                await SendAsync(own, discovery.Hear(buffer.AsMemory(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint), cancellationToken);
            }
        }
    }

    // Datagrams may be lost, those that a network which has just gone does not take among them.
    private async Task SendAsync(Socket socket, ImmutableArray<LanDatagram> datagrams, CancellationToken cancellationToken)
    {
        foreach (LanDatagram datagram in datagrams)
        {
            try
            {
                await socket.SendToAsync(datagram.Bytes, SocketFlags.None, datagram.To, cancellationToken);
            }
            catch (SocketException e)
            {
                LogNotSent(e.SocketErrorCode);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem} It is tried again every minute.")]
    private partial void LogProblem(string problem);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A datagram to the local network was not sent: {Error}")]
    private partial void LogNotSent(SocketError error);
}
