using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Notices a tor that lives and does not answer: it would keep its sockets open, and dials and services hanging.</summary>
internal static class TorHeartbeat
{
    public const string UptimeKey = "uptime";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>Asks now and then, until the connection, which gives up on an answer that does not come, has ended.</summary>
    /// <exception cref="ControlException">The connection has ended, or another tor is behind it.</exception>
    public static async Task RunAsync(TorControlConnection control, TimeProvider clock, CancellationToken cancellationToken)
    {
        long before = 0;
        while (true)
        {
            await Task.Delay(Interval, clock, cancellationToken);

            // A refusal is an answer, too: filters in front of a control port may refuse this question.
            if (long.TryParse(await control.TryGetInfoAsync(UptimeKey, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out long uptime))
            {
                // Such a filter also hides that tor was started anew, and with it what was published before.
                before = uptime >= before ? uptime : throw new ControlException("Tor was started anew behind its control port.");
            }
        }
    }
}
