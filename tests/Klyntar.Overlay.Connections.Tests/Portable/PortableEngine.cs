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

public sealed class PortableEngineRelayIntegrity : RelayIntegrityContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineRelayEndings : RelayEndingContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineConnections : ConnectionContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

public sealed class PortableEngineConnectionLives : ConnectionLifeContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

[Collection(AloneCollection.Name)]
public sealed class PortableEngineLeaks : LeakContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;
}

[Collection(AloneCollection.Name)]
public sealed class PortableEngineMemory : MemoryContract
{
    protected override SocketEngine Engine => SocketEngine.Portable;

    protected override long MostPerRelay => 12_000;

    protected override long MostPerConnection => 8_000;
}
