using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A peer of a running gateway: its loopback address, and a door for each of its ports.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly ImmutableArray<PeerAddress> _addresses;

    /// <param name="name">Its name.</param>
    /// <param name="origin">Where it is known from.</param>
    /// <param name="options">Its options, validated.</param>
    /// <param name="routes">The ways to each of its ports.</param>
    /// <param name="loopback">Its loopback address.</param>
    /// <param name="context">What the doors share.</param>
    public Peer(string name, PeerOrigin origin, PeerOptions options, ImmutableArray<PeerRoute> routes, IPAddress loopback, DoorContext context)
    {
        Name = name;
        Origin = origin;
        Options = options;
        Loopback = loopback;
        _addresses = AddressesOf(options);
        // Addresses are no matter for a log, and those of peers on demand are their names.
        string label = origin == PeerOrigin.OnDemand ? loopback.ToString() : name;
        Doors = [.. routes.Select(r => new PeerDoor(label, origin, new IPEndPoint(loopback, r.Port), options, r, context))];
    }

    public string Name { get; }

    public PeerOrigin Origin { get; }

    public PeerOptions Options { get; }

    public IPAddress Loopback { get; }

    public ImmutableArray<PeerDoor> Doors { get; }

    /// <summary>Whether it is a service of this gateway.</summary>
    public bool IsOwn => Doors.Any(d => d.Own is not null);

    /// <summary>The hosts of its addresses, each once.</summary>
    public IEnumerable<string> Hosts => _addresses.Select(a => a.Host).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>How the peer is.</summary>
    public PeerReport Report => new()
    {
        Name = Name,
        Origin = Origin,
        Loopback = Loopback.ToString(),
        IsOwn = IsOwn,
        DialAs = Options.DialAs,
        WarmSeconds = Options.Warm?.TotalSeconds,
        Addresses = [.. _addresses.Select(ReportOf)],
        Ports = [.. Doors.Select(d => d.Report)],
    };

    /// <summary>The addresses that options name, which are validated.</summary>
    public static ImmutableArray<PeerAddress> AddressesOf(PeerOptions options) =>
        [.. options.Addresses.Select(text => PeerAddress.TryParse(text, out PeerAddress address, out string? why) ? address : throw new ArgumentException(why, nameof(options)))];

    /// <summary>The ports that options name.</summary>
    public static IEnumerable<int> PortsOf(PeerOptions options) =>
        options.Ports.Count > 0 ? options.Ports : AddressesOf(options).Select(a => a.Port).OfType<int>().Distinct();

    /// <summary>Begins to listen, on those ports where that is possible now.</summary>
    /// <returns>Whether it listens on all.</returns>
    public bool TryStart() => Doors.Count(d => d.TryStart()) == Doors.Length;

    public Task StopAsync(CancellationToken drained) => Task.WhenAll(Doors.Select(d => d.StopAsync(drained)));

    public async ValueTask DisposeAsync() => await Task.WhenAll(Doors.Select(d => d.DisposeAsync().AsTask()));

    private PeerAddressReport ReportOf(PeerAddress address)
    {
        ImmutableArray<Way> ways = [.. Doors.Where(d => address.IsFor(d.Port)).SelectMany(d => d.Route.Ways).Where(w => w.Host == address.Host)];
        Way? worst = ways.MaxBy(w => w.Failures);
        PeerRoute? refused = Doors.Select(d => d.Route).FirstOrDefault(r => address.IsFor(r.Port) && r.Refused is not null);
        return new PeerAddressReport(address.ToString(), worst?.Transport.Name)
        {
            LatencyMilliseconds = ways.Select(w => w.Latency).Max() is { } latency ? Math.Round(latency.TotalMilliseconds) : null,
            Failures = worst?.Failures ?? 0,
            Detail = worst is null ? refused?.Refused?.ToString() : worst.LastError?.ToString(),
        };
    }
}
