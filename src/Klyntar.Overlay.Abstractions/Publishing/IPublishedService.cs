using System.Collections.Immutable;

namespace Klyntar.Overlay;

/// <summary>A service that a transport keeps published until it is disposed, through any restart underneath.</summary>
public interface IPublishedService : IAsyncDisposable
{
    /// <summary>What was asked for.</summary>
    ServiceDefinition Definition { get; }

    /// <summary>
    /// Where visitors connect to: one end point for each of <see cref="ServiceDefinition.Ports"/>, in their order. All have
    /// the same host where <see cref="TransportCapabilities.SharedAddress"/> holds. Known from the start and never changed.
    /// </summary>
    ImmutableArray<OverlayEndPoint> EndPoints { get; }

    /// <summary>Whether visitors can reach it.</summary>
    IStatus<ServiceStatus> Status { get; }

    /// <summary>How it is published, as far as a person should know beside its status: that visitors need a key, that a defence is missing. Phrases without addresses, at most a few; what changes, changes before <see cref="Status"/> does.</summary>
    ImmutableArray<string> Notes => [];

    /// <summary>Waits for the next visitor, through restarts of the helper program. One call at a time. The transport bounds how many visitors may wait unaccepted.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A visitor, owned by the caller; null once the service has ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends a visitor away: ends all its connections, and the way by which it came. It may come again, as another visitor.</summary>
    /// <param name="identity">A <see cref="Visitor.Identity"/>, perhaps of a visitor that has left.</param>
    /// <param name="cancellationToken">Stops waiting for the overlay's confirmation.</param>
    /// <returns>False where the overlay cannot do this, or knows no such visitor any more.</returns>
    ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(false);

    /// <summary>
    /// Withdraws the service from the overlay, lets no more visitors in and completes <see cref="Status"/>. Visitors already
    /// accepted stay connected until the transport or their connection ends. May be repeated, and disposing does the same.
    /// Afterwards the identity can be published again.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting for the overlay's confirmation.</param>
    ValueTask StopAsync(CancellationToken cancellationToken = default);
}
