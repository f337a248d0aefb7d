using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay;

/// <summary>Dials and publishes on one overlay. This is the extension point of the gateway.</summary>
/// <remarks>
/// Life: created by its <see cref="ITransportFactory"/>, started once, disposed once. <see cref="Parse(string, int)"/>,
/// <see cref="EndPointsOf"/>, <see cref="Capabilities"/> and <see cref="Identities"/> work from creation on, without the network.
/// Disposing ends dials under way and services, completes <see cref="Status"/> and may be repeated; a dial or publication
/// after it is answered with <c>TransportFailed</c>. Connections are their owners' to close: they may outlive the transport, or
/// end with its helper program. All members are safe to call from several threads at once.
/// <para>
/// A connection's two pipes mean the same on every overlay, whether it was dialled or accepted. Flushing
/// <c>Transport.Output</c> waits while the other side does not read: what is under way is bounded, except with
/// <see cref="TransportCapabilities.UnboundedBuffers"/>. Completing it ends this
/// direction after all that was written (FIN), or aborts where it is completed with an exception; without
/// <see cref="TransportCapabilities.HalfClose"/> it ends both, and what the other side still sends may be lost. <c>Transport.Input</c> completes once the other side has ended its direction, after all
/// its bytes. <c>Abort</c> drops both directions at once: with <see cref="TransportCapabilities.Reset"/> the other side's
/// reads throw <see cref="Microsoft.AspNetCore.Connections.ConnectionResetException"/>; without it they fail or complete, as they
/// do where a connection breaks underneath. <c>DisposeAsync</c> closes, delivers what was flushed, and may be repeated.
/// </para>
/// </remarks>
public interface ITransport : IAsyncDisposable
{
    /// <summary>The name by which configuration, status and metrics know this transport: a lower case letter and at most 31 more of them and digits, such as <c>tor</c>.</summary>
    string Name { get; }

    /// <summary>What connections over this overlay can carry.</summary>
    TransportCapabilities Capabilities { get; }

    /// <summary>
    /// Whether <see cref="Parse(string, int)"/> and <see cref="DialAsync"/> never block the calling thread, not even for a file or a lock that is held for
    /// long. The gateway then calls them on the thread that serves its sockets, which saves each connection two hops. Off unless said.
    /// </summary>
    bool NeverBlocks => false;

    /// <summary>The present status and its changes.</summary>
    IStatus<TransportStatus> Status { get; }

    /// <summary>Creates, imports and exports the identities of this overlay, without the network; null where the overlay is only dialled.</summary>
    IIdentityFormat? Identities { get; }

    /// <summary>The keys by which services of this overlay know their clients, without the network; null where it has none.</summary>
    IClientKeys? ClientKeys => null;

    /// <summary>What a person should know beside <see cref="Status"/>: sentences for a terminal and never for a log, since they may name addresses; at most a few.</summary>
    ImmutableArray<string> Notes => [];

    /// <summary>
    /// What the names end in that this transport claims, with the dot and in lower case: ".onion". Empty for one that claims none by its end. Two transports that claim the same
    /// are not run together.
    /// </summary>
    ImmutableArray<string> Suffixes => [];

    /// <summary>Claims and validates a host name. Total: any string gives an answer and none throws.</summary>
    /// <param name="host">A host name as a client wrote it: any case, perhaps with subdomains or a final dot.</param>
    /// <param name="port">The port the client asked for, 0 to 65535.</param>
    ParsedHost Parse(string host, int port);

    /// <summary>
    /// The same for a name with a query behind it, <c>HOST?QUERY</c>, by which a person tells the overlay more than who is meant, such as where to ask for him. The end point keeps
    /// what is said, and equals the one without it. Total as well. Unless overridden, a name of this overlay has no query, and with one is invalid.
    /// </summary>
    /// <param name="host">The host name.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    /// <param name="query">What follows the question mark, as it was written: a few hundred characters of printable ASCII.</param>
    ParsedHost Parse(string host, int port, string query) => Parse(host, port) is { EndPoint: null } other ? other : ParsedHost.Invalid("names on this overlay have no query (\"?…\") behind them");

    /// <summary>Where visitors of a service connect to, one end point for each of its ports in their order. Known without the network: it is just what <see cref="PublishAsync"/> publishes.</summary>
    /// <param name="definition">A service with an identity of this overlay.</param>
    /// <exception cref="ArgumentException">The identity is another overlay's.</exception>
    ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return [.. definition.Ports.Select(port => Parse(definition.Identity.Address, port).EndPoint ?? throw new ArgumentException($"The identity is on {definition.Identity.Overlay}, and none of {Name}.", nameof(definition)))];
    }

    /// <summary>Starts the transport. Returns when the work has begun; <see cref="Status"/> tells how it goes.</summary>
    /// <param name="context">What the gateway lends to the transport, valid until it is disposed.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="OverlayException">The transport cannot start; the message is for the operator.</exception>
    Task StartAsync(ITransportContext context, CancellationToken cancellationToken);

    /// <summary>Connects to an end point of this overlay. While the transport is not started or not ready the dial waits, inside its deadline.</summary>
    /// <param name="request">Where to, under which isolation, and how long it may take.</param>
    /// <param name="cancellationToken">Abandons the dial: the result is <see cref="DialErrorKind.Cancelled"/>, not an exception.</param>
    /// <returns>
    /// A connection owned by the caller, or why there is none; with <see cref="TransportCapabilities.UnconfirmedDials"/> perhaps one to nobody. Expected failures are never exceptions. A deadline that passes is
    /// <see cref="DialErrorKind.TransportNotReady"/> while the transport is not ready and <see cref="DialErrorKind.TimedOut"/> after.
    /// </returns>
    ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken);

    /// <summary>Publishes a service. Returns as soon as the definition is accepted; whether visitors can reach it is the service's own status.</summary>
    /// <param name="definition">The service: its name, identity, virtual ports and options.</param>
    /// <param name="cancellationToken">Abandons the publication.</param>
    /// <returns>A service that outlives restarts of helper processes, routers and bridges, or why it was refused.</returns>
    ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken);

    /// <summary>Prepares circuits or sessions towards end points that will soon be dialled. A hint: failure is silent, and doing nothing is allowed.</summary>
    /// <param name="endPoints">End points of this overlay.</param>
    /// <param name="isolation">The isolation of the dials to come.</param>
    /// <param name="cancellationToken">Abandons the preparation.</param>
    ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken);

    /// <summary>Has dials from now on share no circuit with those before. Connections that are open go on as they are.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it. Expected failures are never exceptions.</returns>
    ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(NewCircuitsResult.NotSupported);
}
