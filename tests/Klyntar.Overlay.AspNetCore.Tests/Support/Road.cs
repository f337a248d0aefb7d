using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.Loopback;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.AspNetCore.Tests;

/// <summary>An overlay under test, which gateways on one machine share.</summary>
internal sealed class Road
{
    private const string Loopback = "loopback";

    private readonly bool _isLoopback;

    private Road(InMemoryOptions options)
    {
        Memory = new InMemoryOverlay(options);
        Name = options.Name;
    }

    private Road()
    {
        _isLoopback = true;
        Memory = new InMemoryOverlay();
        Name = Loopback;
    }

    /// <summary>The transport's name.</summary>
    public string Name { get; }

    /// <summary>The clock of its gateways.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The in-memory overlay, where it is one.</summary>
    public InMemoryOverlay Memory { get; }

    public static Road Of(Overlays kind, TimeProvider? clock = null) => kind switch
    {
        Overlays.InMemory => new Road(new InMemoryOptions()) { Clock = clock ?? TimeProvider.System },
        Overlays.LikeTor => new Road(new InMemoryOptions { Capabilities = new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true } }) { Clock = clock ?? TimeProvider.System },
        _ => new Road { Clock = clock ?? TimeProvider.System },
    };

    /// <summary>What a gateway on it is given.</summary>
    public GatewayServices Services(ILoggerFactory loggers, ITransport? transport = null) => new()
    {
        Catalog = _isLoopback ? TransportCatalog.Of(new LoopbackTransportFactory()) : TransportCatalog.Of(new TestFactory(transport ?? Memory.CreateTransport())),
        Programs = new NoPrograms(),
        Loggers = loggers,
        Clock = Clock,
    };

    /// <summary>The options of a gateway on it.</summary>
    public GatewayOptions Options(TestFolder folder) => new()
    {
        DataFolder = folder.Path,
        Socks = [],
        Transports = _isLoopback ? new Dictionary<string, object?> { [Loopback] = new LoopbackOptions() } : new Dictionary<string, object?>(),
    };
}

/// <summary>The overlays that are tested on.</summary>
public enum Overlays
{
    /// <summary>Memory, carrying everything.</summary>
    InMemory,

    /// <summary>Memory, carrying neither half-close nor reset.</summary>
    LikeTor,

    /// <summary>Sockets of this machine, on the engine.</summary>
    Loopback,
}
