using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>
/// Sees which dials reached somebody. A router consents as soon as it knows a lease set, perhaps one of a destination that has restarted
/// since, and goes on believing it for minutes; a session that is begun anew asks the network again.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="onSilent">Told of a session over which one destination stays silent.</param>
internal sealed class DialProofs(TimeProvider clock, Action<DiallingSession> onSilent)
{
    // Two, since a node may think about an answer for long.
    private const int SilencesNeeded = 2;

    // Those of a flood of dials that are not looked at say no less than the others.
    private const int MostWatched = 4_096;
    private const int MostHosts = 256;

    // The router ends a connection that nobody accepts after ten.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // A younger session has asked the network itself: the destination is gone.
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    private readonly Channel<Dial> _dials = Channel.CreateBounded<Dial>(new BoundedChannelOptions(MostWatched) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<(DiallingSession Session, string Host), int> _silences = [];

    /// <summary>A router has consented to a dial.</summary>
    public void Watch(DiallingSession session, string host, EngineSocket socket)
    {
        if (socket.Traffic is { } traffic)
        {
            _dials.Writer.TryWrite(new Dial(session, host, socket, traffic, clock.GetTimestamp()));
        }
    }

    /// <summary>Looks at each dial when its time has come, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _dials.Reader.WaitToReadAsync(cancellationToken))
            {
                await LookAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The router's run is over.
        }
    }

    /// <summary>Looks at those that are there now, each when its time has come.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        while (_dials.Reader.TryRead(out Dial? dial))
        {
            TimeSpan left = Patience - clock.GetElapsedTime(dial.Since);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, clock, cancellationToken);
            }

            // One that has ended in between tells nothing.
            if (dial.Socket.Traffic is { } now)
            {
                Judge(dial, now);
            }
        }
    }

    private void Judge(Dial dial, SocketTraffic now)
    {
        (DiallingSession, string) key = (dial.Session, dial.Host);
        if (now.Received > dial.Traffic.Received)
        {
            _silences.Remove(key);
            return;
        }

        // Who says nothing is answered by nobody.
        if (now.Sent <= dial.Traffic.Sent)
        {
            return;
        }

        if (_silences.Count >= MostHosts)
        {
            _silences.Clear();
        }

        int silences = _silences[key] = _silences.GetValueOrDefault(key) + 1;
        if (silences >= SilencesNeeded && dial.Session.Lifetime >= Youth)
        {
            _silences.Remove(key);
            onSilent(dial.Session);
        }
    }

    private sealed record Dial(DiallingSession Session, string Host, EngineSocket Socket, SocketTraffic Traffic, long Since);
}
