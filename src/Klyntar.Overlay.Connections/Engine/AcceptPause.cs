using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>What to do when accept fails, after accept(2): most faults are of one connection, or of the moment.</summary>
internal static class AcceptPause
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>How long to pause before accepting again: nothing for the fault of a connection that is gone.</summary>
    /// <param name="error">What accept said.</param>
    /// <param name="failuresBefore">How often accept has failed just before, without a success between.</param>
    /// <returns>The pause, or null where the listener itself is unusable.</returns>
    public static TimeSpan? After(SocketError error, int failuresBefore) => error switch
    {
        SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted when failuresBefore < 100 => TimeSpan.Zero,
        SocketError.NotSocket or SocketError.InvalidArgument or SocketError.OperationNotSupported or SocketError.Fault => null,
        _ => TimeSpan.FromTicks(Math.Min(Longest.Ticks, Shortest.Ticks << Math.Min(failuresBefore, 10))),
    };
}
