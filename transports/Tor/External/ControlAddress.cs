using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Where the control port of an external tor is, and who is trusted there.</summary>
internal sealed class ControlAddress(EndPoint endPoint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The address.</summary>
    public EndPoint EndPoint => endPoint;

    /// <summary>The address as the configuration writes it.</summary>
    public string Text { get; } = endPoint is UnixDomainSocketEndPoint ? $"unix:{endPoint}" : endPoint.ToString()!;

    /// <summary>Whether it is on another machine.</summary>
    public bool IsElsewhere => endPoint is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address);

    /// <summary>Who may listen on a Unix socket there: root, we, and the owner of its folder, since he decides what is in it.</summary>
    public IReadOnlySet<uint> TrustedUsers
    {
        get
        {
            var users = new HashSet<uint> { 0 };
            if (CurrentUser.Id is { } me)
            {
                users.Add(me);
            }

            if (endPoint is UnixDomainSocketEndPoint && Path.GetDirectoryName(endPoint.ToString()) is { Length: > 0 } folder
                && FileOwner.Of(folder) is { } owner && (owner.Mode & UnixFileMode.OtherWrite) == 0)
            {
                users.Add(owner.UserId);
            }

            return users.ToFrozenSet();
        }
    }

    /// <summary>Connects.</summary>
    /// <exception cref="OverlayException">Nobody answers there; the message says what to do.</exception>
    public async Task<EngineSocket> ConnectAsync(SocketEngine engine, TimeProvider clock, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = Deadline.After(Patience, clock).CreateLinkedSource(cancellationToken);
        try
        {
            return await engine.ConnectAsync(endPoint, null, timeout.Token);
        }
        catch (SocketException e)
        {
            throw new OverlayException(Sentence(e), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OverlayException($"Nobody answers at {Text} within {Patience.TotalSeconds:0} s. Check transports.tor.control, and that no firewall is in between.", e);
        }
    }

    private string Sentence(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.AccessDenied when endPoint is UnixDomainSocketEndPoint => ForeignSecretFile.Closed(endPoint.ToString()!, "control socket"),
        _ when endPoint is UnixDomainSocketEndPoint && !File.Exists(endPoint.ToString()) =>
            $"There is no control socket {endPoint}. Start tor, or check transports.tor.control.",
        SocketError.ConnectionRefused => $"Nothing listens at {Text}. Start tor, set ControlPort in its configuration, or check transports.tor.control.",
        _ => $"The control port at {Text} is not reached: {failure.Message}. Check transports.tor.control.",
    };
}
