using System.Net;

namespace Klyntar.Overlay.Connections;

internal sealed class PortableSocketEngine : SocketEngine
{
    public override string Name => "portable";

    public override ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken) => throw new NotImplementedException();

    public override EngineListener Listen(EndPoint endPoint, EngineListenOptions options) => throw new NotImplementedException();

    internal override ValueTask<CopyOutcome> CopyAsync(EngineSocket source, EngineSocket destination, ICopyProgress progress, CancellationToken cancellationToken) => throw new NotImplementedException();
}
