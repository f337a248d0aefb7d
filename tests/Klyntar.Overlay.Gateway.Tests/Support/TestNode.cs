using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A node that services lead to: a listener whose connections the test drives.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly Socket _listener;

    public TestNode(EndPoint? endPoint = null)
    {
        EndPoint at = endPoint ?? new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(at);
        _listener.Listen(512);
    }

    public EndPoint EndPoint => _listener.LocalEndPoint!;

    public Task<Socket> AcceptAsync() => _listener.AcceptAsync().SoonAsync();

    public void Dispose() => _listener.Dispose();
}
