using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Has one tor tell of circuits and streams, as long as somebody reads the metrics that are made of them.</summary>
/// <remarks>An instrument does not tell when somebody begins to read it, so this is looked at with each heartbeat.</remarks>
internal sealed partial class MetricEvents(TorSession session, TorMetrics metrics, ILogger logger)
{
    private static readonly string[] Events = [CircuitEvent.EventName, StreamEvent.EventName];

    private bool _isOn;
    private bool _isRefused;

    /// <summary>Switches the events on or off, where that has become right.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task AdjustAsync(CancellationToken cancellationToken)
    {
        if (metrics.IsRead == _isOn || _isRefused)
        {
            return;
        }

        if (_isOn)
        {
            _isOn = false;
            await session.Control.ExecuteAsync(ControlCommand.SetEvents(session.Events), cancellationToken);
            metrics.Forget();
            return;
        }

        // A filter may grant one of them. A refusal leaves what was granted before.
        foreach (string[] wanted in (string[][])[Events, [Events[0]], [Events[1]]])
        {
            if ((await session.Control.SendAsync(ControlCommand.SetEvents([.. session.Events, .. wanted]), cancellationToken)).IsSuccess)
            {
                _isOn = true;
                return;
            }
        }

        _isRefused = true;
        LogRefused();
    }

    [LoggerMessage(1, LogLevel.Information, "The control port does not tell of circuits and streams; the metrics of them stay empty.")]
    private partial void LogRefused();
}
