using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>What all doors of a gateway share.</summary>
internal sealed record DoorContext(SocketEngine Engine, Router Router, TimeProvider Clock, RelayTimes Times, ILoggerFactory Loggers)
{
    /// <summary>How a client, first, is relayed to what was dialled for it, second.</summary>
    public RelayOptions ForDialled(TransportCapabilities capabilities) => new()
    {
        Clock = Clock,
        SecondHalfCloses = capabilities.HalfClose,
        FinHoldBack = Times.FinHoldBack,
        IdleLimit = Times.IdleLimit,
    };

    /// <summary>How a visitor, first, is relayed to a service's target, second.</summary>
    public RelayOptions ForVisitors(TransportCapabilities capabilities) => new()
    {
        Clock = Clock,
        FirstHalfCloses = capabilities.HalfClose,
        FinHoldBack = Times.VisitorFinHoldBack,
        IdleLimit = Times.IdleLimit,
    };
}
