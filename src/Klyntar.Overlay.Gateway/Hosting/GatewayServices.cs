using System.Diagnostics.Metrics;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Gateway;

/// <summary>What a gateway is given by the program that hosts it.</summary>
public sealed record GatewayServices
{
    /// <summary>The transports it can run.</summary>
    public required TransportCatalog Catalog { get; init; }

    /// <summary>Finds helper programs for the transports.</summary>
    public required IHelperPrograms Programs { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes loggers. Not disposed by the gateway.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Makes the meters, such as a host's whose metrics are exported; null for meters that stand alone, which dotnet-counters reads as well.</summary>
    public IMeterFactory? Meters { get; init; }

    /// <summary>The engine that owns the sockets, unless the configuration says <see cref="EngineChoice.Portable"/>.</summary>
    public SocketEngine Engine { get; init; } = SocketEngine.Default;
}
