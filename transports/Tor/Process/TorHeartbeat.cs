namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Notices a tor that lives and does not answer: it would keep its sockets open, and dials and services hanging.</summary>
internal static class TorHeartbeat
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>Asks now and then, until the connection, which gives up on an answer that does not come, has ended.</summary>
    /// <exception cref="ControlException">The connection has ended.</exception>
    public static async Task RunAsync(TorControlConnection control, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, clock, cancellationToken);
            await control.ExecuteAsync(ControlCommand.GetInfo("uptime"), cancellationToken);
        }
    }
}
