namespace Klyntar.Overlay.Connections.Tests;

// The engine contract, on the portable engine. Another engine derives the same classes.
public sealed class PortableEngineSockets : SocketContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineListeners : ListenerContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineRelays : RelayContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineConnections : ConnectionContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}
