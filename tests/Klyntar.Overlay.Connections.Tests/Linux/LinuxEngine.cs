namespace Klyntar.Overlay.Connections.Tests;

// The engine contract, on the Linux engine.
public sealed class LinuxEngineSockets : SocketContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

public sealed class LinuxEngineListeners : ListenerContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

public sealed class LinuxEngineRelayIntegrity : RelayIntegrityContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

public sealed class LinuxEngineRelayEndings : RelayEndingContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

public sealed class LinuxEngineConnections : ConnectionContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

public sealed class LinuxEngineConnectionLives : ConnectionLifeContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

[Collection(AloneCollection.Name)]
public sealed class LinuxEngineLeaks : LeakContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();
}

[Collection(AloneCollection.Name)]
public sealed class LinuxEngineMemory : MemoryContract
{
    protected override SocketEngine Engine => LinuxEngine.OrSkip();

    protected override long MostPerRelay => 3_000;

    protected override long MostPerConnection => 3_000;
}

internal static class LinuxEngine
{
    public static EpollLoop LoopOrSkip() => ((LinuxSocketEngine)OrSkip()).Loop;


    public static SocketEngine OrSkip()
    {
        Assert.SkipWhen(SocketEngine.Linux is null, "The Linux engine exists on Linux on x64 and arm64 only.");
        return SocketEngine.Linux!;
    }
}
