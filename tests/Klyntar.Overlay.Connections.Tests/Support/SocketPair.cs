namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Two connected sockets of an engine.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(EngineSocket connected, EngineSocket accepted)
    {
        Connected = connected;
        Accepted = accepted;
    }

    public EngineSocket Connected { get; }

    public EngineSocket Accepted { get; }

    public static async Task<SocketPair> CreateAsync(SocketEngine engine, SocketKind kind)
    {
        await using EngineListener listener = engine.Listen(kind.Free(), new EngineListenOptions());
        ValueTask<EngineSocket?> accepting = listener.AcceptAsync();
        EngineSocket connected = await engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        EngineSocket? accepted = await accepting.Within();
        return new SocketPair(connected, accepted!);
    }

    public void Dispose()
    {
        Connected.Dispose();
        Accepted.Dispose();
    }
}
