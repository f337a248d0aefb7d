using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>How the relay gets at its two sockets.</summary>
public enum RelayPath
{
    /// <summary>Both sides give up their sockets.</summary>
    Fast,

    /// <summary>Both sides are used through their pipes.</summary>
    Pipes,

    /// <summary>The first gives up its socket, the second does not.</summary>
    SocketAndPipe,

    /// <summary>The second would give up its socket, the first does not.</summary>
    PipeAndSocket,
}

/// <summary>A client and a target with a relay between them: client, first connection, relay, second connection, target.</summary>
public sealed class RelayRig : IDisposable
{
    private RelayRig(SocketPair clientSide, SocketPair targetSide, Task<RelayResult> result)
    {
        Client = clientSide.Connected;
        Target = targetSide.Connected;
        Result = result;
    }

    public static TheoryData<SocketKind, RelayPath> KindsAndPaths
    {
        get
        {
            TheoryData<SocketKind, RelayPath> all = [];
            foreach (SocketKind kind in new[] { SocketKind.Tcp, SocketKind.Unix })
            {
                foreach (RelayPath path in Enum.GetValues<RelayPath>())
                {
                    all.Add(kind, path);
                }
            }

            return all;
        }
    }

    public static TheoryData<RelayPath> Paths => new(Enum.GetValues<RelayPath>());

    public EngineSocket Client { get; }

    public EngineSocket Target { get; }

    public Task<RelayResult> Result { get; }

    public static async Task<RelayRig> StartAsync(
        SocketEngine engine,
        SocketKind kind = SocketKind.Tcp,
        RelayPath path = RelayPath.Fast,
        RelayOptions? options = null,
        Func<EngineSocket, EngineSocket, Task>? before = null,
        int alreadyRead = 0,
        CancellationToken cancellationToken = default)
    {
        SocketPair clientSide = await SocketPair.CreateAsync(engine, kind);
        SocketPair targetSide = await SocketPair.CreateAsync(engine, kind);
        if (before is not null)
        {
            await before(clientSide.Connected, targetSide.Connected);
        }

        byte[] first = await clientSide.Accepted.ReceiveExactlyAsync(alreadyRead);
        byte[] second = await targetSide.Accepted.ReceiveExactlyAsync(alreadyRead);
        ConnectionContext one = Connection(clientSide.Accepted, first, path is RelayPath.Fast or RelayPath.SocketAndPipe);
        ConnectionContext two = Connection(targetSide.Accepted, second, path is RelayPath.Fast or RelayPath.PipeAndSocket);
        return new RelayRig(clientSide, targetSide, Relay.RunAsync(one, two, options ?? new RelayOptions(), cancellationToken));
    }

    /// <summary>Four bytes each way.</summary>
    public async Task ExchangeAsync()
    {
        await Client.SendAsync("ping"u8.ToArray());
        (await Target.ReceiveExactlyAsync(4).Within()).Should().Equal("ping"u8.ToArray());
        await Target.SendAsync("pong"u8.ToArray());
        (await Client.ReceiveExactlyAsync(4).Within()).Should().Equal("pong"u8.ToArray());
    }

    public void Dispose()
    {
        Client.Dispose();
        Target.Dispose();
    }

    private static SocketConnection Connection(EngineSocket socket, byte[] alreadyRead, bool givesSocket)
    {
        SocketConnection connection = new(socket, alreadyRead);
        if (!givesSocket)
        {
            // A pipe that somebody has looked at is not given up any more.
            _ = connection.Transport;
        }

        return connection;
    }
}
