using System.Net;
using System.Runtime.CompilerServices;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Another overlay of this gateway. The peer port has an identity of its own there, which is none of its services'.</summary>
internal sealed class OverlayLeg : ILeg
{
    private const string ServiceName = "zeronet-peer-port";

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ITransportContext _context;
    private readonly int _port;
    private readonly PeerLocationKind _reached;
    private readonly StatusSource<ServiceStatus> _status;
    private Identity? _identity;

    // Boxed, since others read it while it is set.
    private volatile StrongBox<PeerLocation>? _address;

    /// <summary>Makes a leg.</summary>
    /// <param name="transport">The other transport's name.</param>
    /// <param name="context">The gateway.</param>
    /// <param name="port">The virtual port at which the peer port is reached.</param>
    public OverlayLeg(string transport, ITransportContext context, int port)
    {
        _context = context;
        _port = port;
        Name = transport;
        Kind = KindOf(transport) ?? throw new ArgumentException($"Nothing is recorded for {transport}.", nameof(transport));
        _reached = Kind == RecordedEndPointKind.Onion ? PeerLocationKind.Onion : PeerLocationKind.I2P;
        _status = new(new ServiceStatus.Publishing($"waiting for {transport}"));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RecordedEndPointKind Kind { get; }

    /// <inheritdoc/>
    public bool Reaches(PeerLocationKind kind) => kind == _reached;

    /// <inheritdoc/>
    public bool IsOverlay => true;

    /// <inheritdoc/>
    public PeerLocation? Address => _address?.Value;

    /// <inheritdoc/>
    public IStatus<ServiceStatus> Status => _status;

    /// <summary>Proves to a tracker that the peer port's onion is this gateway's; null where it is on no onion.</summary>
    public OnionSignature? Prove(string signThis)
    {
        // The key is the end of what its transport keeps, if that makes the address; what comes before is that transport's own business.
        ReadOnlySpan<byte> secret = _identity is null ? default : _identity.Secret;
        return secret.Length >= Ed25519ExpandedKey.Size && Ed25519ExpandedKey.TryFromExpanded(secret[^Ed25519ExpandedKey.Size..]) is { } key
            && OnionName.Of(key.PublicKey) + OnionName.Suffix == _identity!.Address
            ? OnionProof.Sign(key, signThis)
            : null;
    }

    /// <summary>What end points on an overlay are recorded as; null for those that records do not know.</summary>
    public static RecordedEndPointKind? KindOf(string transport) => transport switch
    {
        "tor" => RecordedEndPointKind.Onion,
        "i2p" => RecordedEndPointKind.I2P,
        _ => null,
    };

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(PeerLocation address, DialRequest request, CancellationToken cancellationToken) =>
        _context.DialAsync(new DialRequest(new DnsEndPoint(address.Host, address.Port)) { Isolation = request.Isolation, Deadline = request.Deadline, Via = request.Via }, cancellationToken);

    /// <inheritdoc/>
    public async Task RunAsync(Action<ConnectionContext, IPAddress?> accept, CancellationToken cancellationToken)
    {
        _identity = _context.IdentityOn(Name);
        var definition = new ServiceDefinition { Name = ServiceName, Identity = _identity, Ports = [_port] };
        TimeSpan pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            PublishResult published = await _context.PublishAsync(Name, definition, cancellationToken);
            if (published.IsAccepted)
            {
                pause = FirstPause;
                await using IPublishedService service = published.Service;
                _address = new StrongBox<PeerLocation>(new PeerLocation(_reached, service.EndPoints[0].Host, _port));
                await ServeAsync(service, accept, cancellationToken);
                _status.Set(new ServiceStatus.Degraded($"the service on {Name} has ended and is published again"));
            }
            else if (published.Error.Kind is PublishErrorKind.NotSupported or PublishErrorKind.Loop)
            {
                throw new OverlayException(published.Error.Message);
            }
            else
            {
                _status.Set(new ServiceStatus.Degraded(published.Error.Message));
            }

            await Task.Delay(pause, _context.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        _status.Complete(ServiceStatus.Stopped);
    }

    private async Task ServeAsync(IPublishedService service, Action<ConnectionContext, IPAddress?> accept, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task following = FollowAsync(service, either.Token);
        try
        {
            while (await service.AcceptAsync(cancellationToken) is { } visitor)
            {
                accept(visitor.Connection, null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
        }

        await either.CancelAsync();
        await following;
    }

    private async Task FollowAsync(IPublishedService service, CancellationToken cancellationToken)
    {
        await foreach (ServiceStatus status in service.Status.WatchAsync(cancellationToken))
        {
            if (!status.IsFinal)
            {
                _status.Set(status);
            }
        }
    }
}
