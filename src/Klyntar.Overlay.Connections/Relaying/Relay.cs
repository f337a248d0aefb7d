using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>The two-way copy between two connections.</summary>
public static class Relay
{
    /// <summary>Relays until both directions have ended, then disposes both connections. Never throws for what peers do: that is in the result.</summary>
    /// <remarks>
    /// A FIN is passed on as FIN, after every byte before it; a reset as a reset. A relay that the idle limit or the token ends
    /// resets both sides, since neither has said that it is done. Whoever awaits the result may resume on an engine's loop, and
    /// must not block there.
    /// </remarks>
    /// <param name="first">A connection; with <see cref="IEngineSocketFeature"/> on both sides the bytes take the engine's fast path.</param>
    /// <param name="second">The other connection.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops the relay; both connections are aborted. That is a result too, not an exception.</param>
    public static Task<RelayResult> RunAsync(ConnectionContext first, ConnectionContext second, RelayOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(options);
        if (!TryTake(first, out EngineSocket? firstSocket, out ReadOnlyMemory<byte> firstRead))
        {
            return RunOnPipesAsync(first, first, second, second, options, cancellationToken);
        }

        if (!TryTake(second, out EngineSocket? secondSocket, out ReadOnlyMemory<byte> secondRead))
        {
            return RunOnPipesAsync(first, new SocketConnection(firstSocket, firstRead), second, second, options, cancellationToken);
        }

        SocketLeg firstLeg = new(first, options.FirstHalfCloses, firstSocket, firstRead);
        SocketLeg secondLeg = new(second, options.SecondHalfCloses, secondSocket, secondRead);
        return new RelaySession(firstLeg, secondLeg, options).RunAsync(cancellationToken);
    }

    private static bool TryTake(ConnectionContext connection, [NotNullWhen(true)] out EngineSocket? socket, out ReadOnlyMemory<byte> alreadyRead)
    {
        IEngineSocketFeature? feature = connection as IEngineSocketFeature ?? connection.Features.Get<IEngineSocketFeature>();
        if (feature is not null && feature.TryTake(out socket, out alreadyRead))
        {
            return true;
        }

        socket = null;
        alreadyRead = default;
        return false;
    }

    private static async Task<RelayResult> RunOnPipesAsync(
        ConnectionContext first, ConnectionContext firstUsed, ConnectionContext second, ConnectionContext secondUsed, RelayOptions options, CancellationToken cancellationToken)
    {
        // What is behind the pipes may block, and the caller may be on an engine's loop.
        await ThreadPoolHop.Instance;
        PipeLeg firstLeg = new(first, firstUsed, options.FirstHalfCloses);
        PipeLeg secondLeg = new(second, secondUsed, options.SecondHalfCloses);
        return await new RelaySession(firstLeg, secondLeg, options).RunAsync(cancellationToken);
    }
}
