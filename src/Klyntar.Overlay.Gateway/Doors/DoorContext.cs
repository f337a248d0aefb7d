using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>What all doors of a gateway share.</summary>
internal sealed record DoorContext(SocketEngine Engine, Router Router, TimeProvider Clock, RelayTimes Times, ILoggerFactory Loggers)
{
    /// <summary>What its SOCKS doors look out for.</summary>
    public ClientChecks Checks { get; } = new(Clock);

    /// <summary>How a client, first, is relayed to what was dialled for it, second.</summary>
    public RelayOptions ForDialled(TransportCapabilities capabilities) => new()
    {
        Clock = Clock,
        SecondHalfCloses = capabilities.HalfClose,
        FinHoldBack = Times.FinHoldBack,
        IdleLimit = Times.IdleLimit,
    };

    /// <summary>How a visitor, first, is relayed to a service's target, second.</summary>
    /// <param name="capabilities">What the visitor's overlay can carry.</param>
    /// <param name="target">What the target's overlay can carry; null for a target of this machine's.</param>
    public RelayOptions ForVisitors(TransportCapabilities capabilities, TransportCapabilities? target = null) => new()
    {
        Clock = Clock,
        FirstHalfCloses = capabilities.HalfClose,
        SecondHalfCloses = target?.HalfClose ?? true,
        // From an overlay without half-close no FIN is the end of a request alone: who sent it is gone, and awaits no answer.
        FinHoldBack = capabilities.HalfClose ? Times.FinHoldBack : Times.VisitorFinHoldBack,
        IdleLimit = Times.IdleLimit,
    };
}
