using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>A target that this machine connects to itself.</summary>
internal sealed class LocalTarget(int port, EndPoint endPoint, ServiceOptions options, TransportCapabilities visitors, DoorContext context)
    : ServiceTarget(EndPointText.Format(endPoint), EndPointText.Format(endPoint), context.ForVisitors(visitors))
{
    private const string NextStep = "Check that the node is running and listens there.";
    private const string WithoutAddress = "Check that the loopback interface has all of 127.0.0.0/8, or write another \"visitorsAs\".";

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);

    // A header's two addresses are of one family, and visitors' are of IPv4.
    private readonly IPEndPoint _destination = new(endPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetwork } ip ? ip.Address : IPAddress.Loopback, port);

    public override async ValueTask<(ConnectionContext? Connection, string? Why)> ConnectAsync(IPAddress? visitor, string? visited, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timed = Deadline.After(options.ConnectTimeout ?? UsualPatience, context.Clock).CreateLinkedSource(cancellationToken);
        EndPoint? from = options.VisitorsAs == VisitorsAs.SourceAddress && visitor is not null ? new IPEndPoint(visitor, 0) : null;
        try
        {
            EngineSocket socket = await context.Engine.ConnectAsync(endPoint, from, timed.Token);
            await IntroduceAsync(socket, visitor, visited, timed.Token);
            return (new SocketConnection(socket), null);
        }
        catch (OperationCanceledException)
        {
            return (null, cancellationToken.IsCancellationRequested ? null : $"it does not answer. {NextStep}");
        }
        catch (SocketException e)
        {
            return (null, $"{e.Message}. {(from is not null && e.SocketErrorCode == SocketError.AddressNotAvailable ? WithoutAddress : NextStep)}");
        }
    }

    // At once, without waiting for what the visitor says: the node may be the one to speak first.
    private ValueTask IntroduceAsync(EngineSocket socket, IPAddress? visitor, string? visited, CancellationToken cancellationToken) => options.VisitorsAs switch
    {
        VisitorsAs.ProxyV1 => SendAsync(socket, ProxyHeader.Text(SourceOf(visitor), _destination), cancellationToken),
        VisitorsAs.ProxyV2 => SendAsync(socket, ProxyHeader.Binary(SourceOf(visitor), _destination, visited), cancellationToken),
        _ => ValueTask.CompletedTask,
    };

    // Whom nobody tells apart comes from where all would come from: some receivers refuse what says that the source is unknown.
    private IPEndPoint SourceOf(IPAddress? visitor) => new(visitor ?? IPAddress.Loopback, context.VisitorAddresses.NextPort());

    private static async ValueTask SendAsync(EngineSocket socket, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(header, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
