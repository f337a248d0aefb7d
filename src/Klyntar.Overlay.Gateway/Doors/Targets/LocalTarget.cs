using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A target that this machine connects to itself.</summary>
internal sealed class LocalTarget(EndPoint endPoint, TimeSpan? patience, TransportCapabilities visitors, DoorContext context)
    : ServiceTarget(EndPointText.Format(endPoint), EndPointText.Format(endPoint), context.ForVisitors(visitors))
{
    private const string NextStep = "Check that the node is running and listens there.";

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);

    public override async ValueTask<(ConnectionContext? Connection, string? Why)> ConnectAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timed = Deadline.After(patience ?? UsualPatience, context.Clock).CreateLinkedSource(cancellationToken);
        try
        {
            return (new SocketConnection(await context.Engine.ConnectAsync(endPoint, null, timed.Token)), null);
        }
        catch (OperationCanceledException)
        {
            return (null, cancellationToken.IsCancellationRequested ? null : $"it does not answer. {NextStep}");
        }
        catch (SocketException e)
        {
            return (null, $"{e.Message}. {NextStep}");
        }
    }
}
