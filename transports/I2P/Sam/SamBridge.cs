using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Where a SAM bridge is. Each thing that is wanted of it takes a connection of its own.</summary>
/// <param name="engine">Makes the sockets.</param>
/// <param name="endPoint">The bridge's address.</param>
/// <param name="options">How to speak to it.</param>
internal sealed class SamBridge(SocketEngine engine, EndPoint endPoint, SamConnectionOptions options)
{
    /// <summary>Where connections are taken from that were greeted ahead; null where none are.</summary>
    public GreetedAhead? Ahead { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock => options.Clock;

    /// <summary>A connection that is greeted.</summary>
    /// <exception cref="SamException">Nobody is there, or it is no bridge, or it refuses.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<SamConnection> OpenAsync(CancellationToken cancellationToken) =>
        Ahead?.TryTake() is { } connection ? ValueTask.FromResult(connection) : new(GreetAsync(cancellationToken));

    /// <summary>Connects and greets.</summary>
    /// <exception cref="SamException">As for <see cref="OpenAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SamConnection> GreetAsync(CancellationToken cancellationToken)
    {
        SamConnection connection = new(await ConnectAsync(cancellationToken), options);
        try
        {
            await connection.GreetAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<EngineSocket> ConnectAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = Deadline.After(options.Patience, options.Clock).CreateLinkedSource(cancellationToken);
        try
        {
            EngineSocket socket = await engine.ConnectAsync(endPoint, null, timeout.Token);
            socket.ResumesOnLoop = true;
            return socket;
        }
        catch (SocketException e)
        {
            throw SamException.NotReached(endPoint, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw SamException.Of("connect", SamViolation.Silent, e);
        }
    }
}
