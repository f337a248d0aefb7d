using System.Net;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>A SOCKS5 server that follows a script, and a transport that dials through it.</summary>
internal sealed class UpstreamScript : IAsyncDisposable
{
    /// <summary>"No authentication", chosen.</summary>
    public static readonly byte[] Chosen = [5, 0];

    /// <summary>"Connected", bound to 0.0.0.0:0.</summary>
    public static readonly byte[] Connected = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

    private readonly EngineHost _host;

    private UpstreamScript(Func<EngineSocket, CancellationToken, Task> serve) => _host = new EngineHost(serve);

    public IPEndPoint EndPoint => _host.EndPoint;

    /// <summary>A server that reads each of the client's messages whole and answers it with one of these, and then leaves or stays.</summary>
    /// <param name="stays">Whether it stays connected after its last answer.</param>
    /// <param name="answers">To the greeting and to the request.</param>
    public static UpstreamScript Answers(bool stays, params byte[][] answers) => new(async (socket, token) =>
    {
        bool isFirst = true;
        foreach (byte[] answer in answers)
        {
            await ReadAsync(socket, isFirst, token);
            isFirst = false;
            if (answer.Length > 0)
            {
                await socket.SendAsync(answer, token);
            }
        }

        if (stays)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }
    });

    /// <summary>A server that does something of its own.</summary>
    public static UpstreamScript Does(Func<EngineSocket, CancellationToken, Task> serve) => new(serve);

    /// <summary>Dials a name through it.</summary>
    public async Task<DialResult> DialAsync(CancellationToken cancellationToken)
    {
        await using SocksTransport transport = Transport(EndPoint);
        using var context = new TestTransportContext();
        await transport.StartAsync(context, cancellationToken);
        return await transport.DialAsync(new DialRequest(transport.Parse("some.test", 80).EndPoint!), cancellationToken);
    }

    /// <summary>A transport over one server.</summary>
    public static SocksTransport Transport(EndPoint server) => new(new SocksOptions
    {
        Upstreams = new Dictionary<string, SocksUpstreamOptions> { ["scripted"] = new() { Server = server, Suffixes = [".test"] } },
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Reads a greeting (3 bytes) or a request with a name.</summary>
    public static async Task ReadAsync(EngineSocket socket, bool isGreeting, CancellationToken cancellationToken)
    {
        var buffer = new byte[512];
        int wanted = isGreeting ? 3 : 5;
        for (int got = 0; got < wanted;)
        {
            int received = await socket.ReceiveAsync(buffer.AsMemory(got), cancellationToken);
            if (received == 0)
            {
                return;
            }

            got += received;
            if (!isGreeting && got >= 5)
            {
                // 05, command, 00, type 03, length, name, port (RFC 1928, section 4).
                wanted = 5 + buffer[4] + 2;
            }
        }
    }
}
