using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>Picks the transport that claims a name, or the ways to the peer of that name. There is no other way: what nobody claims is refused, and nothing is ever resolved.</summary>
internal sealed class Router(TransportSet transports, ClearnetOptions clearnet, GatewayLimits limits, TimeProvider clock) : IDisposable
{
    // Names that belong to overlays whether or not one of ours claims them: they never go to the transport for other names,
    // which would tell a resolver or an exit of them. RFC 7686 (onion), RFC 9476 (alt); the others by custom. It has those that it says are its own.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OverlaySuffixes =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "onion", "i2p", "zeronet", "bit", "loki", "alt", "exit").GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly SemaphoreSlim _pending = new(limits.PendingDials);

    /// <summary>The ways to the peer of a name, at one of its ports; null where there is no such peer.</summary>
    public Func<string, int, Route?>? Peers { get; set; }

    /// <summary>Finds the way to a host as a client wrote it.</summary>
    public Route Find(string host, int port) => HostKinds.Of(host) switch
    {
        HostKind.Name => FindName(host, port),
        HostKind.Address => FindAddress(host, port),
        _ => Route.Refused(DialErrorKind.InvalidAddress, "a host name has 1 to 255 letters, digits, dots, hyphens and underscores"),
    };

    /// <summary>Finds the way to a name as people write it.</summary>
    /// <param name="name">The name; its own port is the caller's to heed.</param>
    /// <param name="port">The port.</param>
    public Route Find(WrittenName name, int port)
    {
        if (!name.IsExtended || HostKinds.Of(name.Host) != HostKind.Name)
        {
            return Find(name.Host, port);
        }

        // What is said to an overlay is not for a peer, which may be on several.
        Route route = FindClaimed(name.Host, port, name.Query);
        return route.IsFound && name.Overlay is { } overlay && overlay != route.Transport.Name
            ? Route.Refused(DialErrorKind.InvalidAddress, $"it is written as a name on {overlay}, and is one on {route.Transport.Name}", route.Transport.Name)
            : route;
    }

    /// <summary>Finds the way to an IP address.</summary>
    public Route Find(IPAddress address, int port) =>
        FindAddress((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(), port);

    /// <summary>Finds the way to an end point of any kind.</summary>
    public Route Find(EndPoint endPoint) => endPoint switch
    {
        OverlayEndPoint overlay => transports.Find(overlay.Overlay) is { } transport
            ? Route.To(transport, overlay)
            : Route.Refused(DialErrorKind.NotAnOverlayName, "its overlay is not enabled", overlay.Overlay),
        DnsEndPoint name => Find(name.Host, name.Port),
        IPEndPoint ip => Find(ip.Address, ip.Port),
        _ => Route.Refused(DialErrorKind.NotAllowed, "only overlay end points are dialled"),
    };

    /// <summary>Finds the way and dials, for whoever may block then: never resumes on an engine's loop.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        Route route = Find(request.EndPoint);
        if (!route.IsFound)
        {
            return route.Error;
        }

        (DialResult result, _) = await RaceAsync(route, request, cancellationToken);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;
    }

    /// <summary>Dials all the ways that were found, one after the other or beside each other as <see cref="DialRace"/> has it. May resume on an engine's loop, where nothing may block.</summary>
    /// <returns>The result, and the transport that it came by.</returns>
    public async ValueTask<(DialResult Result, TransportHost Transport)> RaceAsync(Route route, DialRequest request, CancellationToken cancellationToken)
    {
        if (route.Ways.IsEmpty)
        {
            return (await DialAsync(route, request, cancellationToken), route.Transport!);
        }

        (DialResult result, Way? way) = await new DialRace(this, clock).DialAsync(route.Ways, request, cancellationToken);
        return (result, way?.Transport ?? route.Transport!);
    }

    /// <summary>Dials a way that was found before. May resume on an engine's loop, where nothing may block.</summary>
    public async ValueTask<DialResult> DialAsync(Route route, DialRequest request, CancellationToken cancellationToken)
    {
        (TransportHost transport, OverlayEndPoint endPoint) = (route.Transport!, route.EndPoint!);
        ImmutableArray<string> via = request.Via.IsDefault ? [] : request.Via;
        if (via.Contains(transport.Name))
        {
            return new DialError(DialErrorKind.Loop, transport.Name, $"by way of {string.Join(", ", via)}");
        }

        DialRequest passed = request with { EndPoint = endPoint, Via = via.Add(transport.Name) };
        if (!via.IsEmpty)
        {
            // Its outermost dial holds a place already; a second one could leave every place waiting for another.
            return await transport.DialAsync(passed, cancellationToken);
        }

        if (await EnterAsync(_pending, request.Deadline, cancellationToken) is { } full)
        {
            return full;
        }

        try
        {
            return await transport.DialAsync(passed, cancellationToken);
        }
        finally
        {
            _pending.Release();
        }
    }

    public void Dispose() => _pending.Dispose();

    /// <summary>Waits for a place among pending dials.</summary>
    /// <returns>Null once there is one, or why there is none.</returns>
    internal static async ValueTask<DialError?> EnterAsync(SemaphoreSlim places, Deadline deadline, CancellationToken cancellationToken)
    {
        if (places.Wait(0, CancellationToken.None))
        {
            return null;
        }

        using CancellationTokenSource timed = deadline.CreateLinkedSource(cancellationToken);
        try
        {
            await places.WaitAsync(timed.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? new DialError(DialErrorKind.Cancelled)
                : new DialError(DialErrorKind.TooManyDials, Detail: "its turn did not come in time");
        }
    }

    private Route FindAddress(string host, int port)
    {
        if (clearnet.Addresses is not { } name || transports.Find(name) is not { } transport)
        {
            return Route.Refused(DialErrorKind.NotAllowed, "IP addresses and localhost are not dialled, since they are no overlay's");
        }

        return transport.TryParse(host, port, query: null, out ParsedHost parsed) ? parsed switch
        {
            { EndPoint: { } endPoint } => Route.To(transport, endPoint),
            { Why: { } why } => Route.Refused(DialErrorKind.InvalidAddress, why, name),
            _ => Route.Refused(DialErrorKind.NotAllowed, "it does not dial this address", name),
        } : Unanswered(transport);
    }

    private static Route Unanswered(TransportHost transport) => Route.Refused(DialErrorKind.Internal, TransportHost.Thrown, transport.Name);

    private static bool EndsAsItsOwn(ReadOnlySpan<char> name, TransportHost transport)
    {
        foreach (string suffix in transport.Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private Route FindName(string host, int port)
    {
        if (Peers?.Invoke(host, port) is { } peer)
        {
            return peer;
        }

        return FindClaimed(host, port, query: null);
    }

    private Route FindClaimed(string host, int port, string? query)
    {
        ReadOnlySpan<char> trimmed = host.AsSpan().TrimEnd('.');
        bool isOverlays = OverlaySuffixes.Contains(trimmed[(trimmed.LastIndexOf('.') + 1)..]);

        TransportHost? claimer = null;
        TransportHost? silent = null;
        ParsedHost claim = default;
        foreach (TransportHost transport in transports.All)
        {
            // The transport for other names comes last, and for overlays' names not at all unless they are its own.
            if (transport.Name == clearnet.Names && !EndsAsItsOwn(trimmed, transport))
            {
                continue;
            }

            if (!transport.TryParse(host, port, query, out ParsedHost parsed))
            {
                silent ??= transport;
                continue;
            }

            if (!parsed.IsClaimed)
            {
                continue;
            }

            if (claimer is not null)
            {
                return Route.Refused(DialErrorKind.NotAllowed, $"both {claimer.Name} and {transport.Name} claim this name; switch one of them off");
            }

            (claimer, claim) = (transport, parsed);
        }

        if (claimer is null && silent is not null)
        {
            // It may be the silent one's: no other way is tried.
            return Unanswered(silent);
        }

        if (claimer is null && !isOverlays && clearnet.Names is { } other && transports.Find(other) is { } fallback)
        {
            claimer = fallback;
            if (!fallback.TryParse(host, port, query, out claim))
            {
                return Unanswered(fallback);
            }
        }

        return (claimer, claim) switch
        {
            ({ } transport, { EndPoint: { } endPoint }) => Route.To(transport, endPoint),
            ({ } transport, { Why: { } why }) => Route.Refused(DialErrorKind.InvalidAddress, why, transport.Name),
            (null, _) when isOverlays => Route.Refused(DialErrorKind.NotAnOverlayName, "the overlay of this name is not enabled"),
            _ => Route.Refused(DialErrorKind.NotAnOverlayName, "it is no name of an enabled overlay"),
        };
    }
}
