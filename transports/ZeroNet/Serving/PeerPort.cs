using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The port at which peers reach this gateway, on all its legs: who connects is answered, within limits.</summary>
/// <param name="legs">The legs.</param>
/// <param name="options">How to speak with peers over each of them.</param>
/// <param name="requests">Makes what answers a peer.</param>
/// <param name="flood">Limits who connects.</param>
/// <param name="logger">The transport's logger.</param>
internal sealed partial class PeerPort(ImmutableArray<ILeg> legs, Func<ILeg, PeerConnectionOptions> options, Func<PeerAsker, IPeerRequests> requests, PeerFlood flood, ILogger logger)
{
    private readonly ConcurrentDictionary<PeerConnection, byte> _open = new();

    /// <summary>Lets peers connect, until cancelled; then all their connections end.</summary>
    /// <exception cref="OverlayException">A leg cannot be opened; the message is for the operator.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. legs.Select(leg => leg.RunAsync((connection, address) => _ = ServeAsync(leg, connection, address), either.Token))];
        try
        {
            await await Task.WhenAny(running);
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_open.Keys.Select(static connection => connection.DisposeAsync().AsTask()));
        }
    }

    private async Task ServeAsync(ILeg leg, ConnectionContext connection, IPAddress? address)
    {
        try
        {
            using PeerPass? place = flood.TryEnter(address);
            if (place is null)
            {
                connection.Abort();
                await connection.DisposeAsync();
                return;
            }

            var peer = PeerConnection.Accept(connection, address, asker => new PortRequests(requests(asker), place), options(leg));
            _open.TryAdd(peer, 0);
            PeerException why = await peer.Ended;
            _open.TryRemove(peer, out _);
            LogEnded(leg.Name, why.Failure);
        }
#pragma warning disable CA1031 // A bug, contained to one peer's connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
            connection.Abort();
            await connection.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Trace, Message = "A peer's connection over {Leg} has ended: {Failure}")]
    private partial void LogEnded(string leg, PeerFailure failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "A peer's connection failed in a way it should not.")]
    private partial void LogFailed(Exception exception);
}
