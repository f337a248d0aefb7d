using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks BitTorrent trackers over UDP (BEP 15). Only the ordinary network carries datagrams.</summary>
/// <param name="clock">The clock.</param>
internal sealed class UdpTrackerClient(TimeProvider clock)
{
    private const int LargestDatagram = 64 * 1024;
    private const int Attempts = 3;

    // Shorter than BEP 15's, whose first wait alone is 15 s: there are other trackers to ask.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(3);

    /// <summary>Tells a tracker of a site, and asks for its peers.</summary>
    /// <param name="tracker">Where it is.</param>
    /// <param name="announcement">What it is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer; null with why there is none, as a clause.</returns>
    public async Task<(TrackerAnswer? Answer, string? Why)> AnnounceAsync(IPEndPoint tracker, TrackerAnnouncement announcement, CancellationToken cancellationToken)
    {
        try
        {
            // Connected, so that the kernel drops what others send.
            using var socket = new Socket(tracker.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(tracker, cancellationToken);
            (long connection, string? why) = await AskAsync<long>(socket, UdpTracker.Connect, static (datagram, transaction) =>
                UdpTracker.TryReadConnect(datagram, transaction, out long id, out string? wrong) ? (id, null) : (0L, wrong), cancellationToken);
            return why is not null
                ? (null, why)
                : await AskAsync<TrackerAnswer>(socket, transaction => UdpTracker.Announce(connection, transaction, announcement), static (datagram, transaction) =>
                    UdpTracker.TryReadAnnounce(datagram, transaction, out TrackerAnswer? answer, out string? wrong) ? (answer, null) : (null, wrong), cancellationToken);
        }
        catch (SocketException e)
        {
            return (null, e.Message);
        }
    }

    private async Task<(T? Answer, string? Why)> AskAsync<T>(Socket socket, Func<int, byte[]> question, Func<ReadOnlySpan<byte>, int, (T? Answer, string? Why)> read, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LargestDatagram];
        TimeSpan patience = FirstWait;
        string? why = null;
        for (int attempt = 0; attempt < Attempts; attempt++, patience *= 2)
        {
            int transaction = RandomNumberGenerator.GetInt32(int.MaxValue);
            await socket.SendAsync(question(transaction), cancellationToken);
            using CancellationTokenSource wait = Deadline.After(patience, clock).CreateLinkedSource(cancellationToken);
            try
            {
                // What answers another request is passed over: it may be late, or somebody's guess.
                while (true)
                {
                    int length = await socket.ReceiveAsync(buffer, wait.Token);
                    (T? answer, why) = read(buffer.AsSpan(0, length), transaction);
                    if (why is null)
                    {
                        return (answer, null);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                why ??= "it does not answer";
            }
        }

        return (default, why);
    }
}
