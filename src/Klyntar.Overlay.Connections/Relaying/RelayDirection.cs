namespace Klyntar.Overlay.Connections;

/// <summary>One direction of a relay: how much it has moved, when it last did, and whether it has ended.</summary>
/// <remarks>Counts are written by the copy alone. Everything else belongs to the <see cref="RelaySession"/> and its gate.</remarks>
internal sealed class RelayDirection(RelaySession session, RelaySide source, RelayLeg from, RelayLeg to, long now) : ICopyProgress
{
    // Kept here, as whatever each copied piece needs is: what is looked up elsewhere is seldom in the processor's cache.
    private readonly RelayCounters? _counters = session.Counters;
    private long _received;
    private long _copied;
    private long _lastMoved = now;

    public RelaySide SourceSide => source;

    public RelaySide DestinationSide => source == RelaySide.First ? RelaySide.Second : RelaySide.First;

    public RelayLeg Source => from;

    public RelayLeg Destination => to;

    /// <summary>No more bytes will be moved.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether it matters when bytes last moved.</summary>
    public bool NeedsStamps { get; set; }

    /// <summary>When the source's FIN was received, while it is held back from the destination; else null.</summary>
    public long? HeldSince { get; set; }

    /// <summary>Bytes written to the destination.</summary>
    public long Copied => Volatile.Read(ref _copied);

    /// <summary>The clock's timestamp when bytes last moved, as far as <see cref="NeedsStamps"/> asked for it; at first, that of the start.</summary>
    public long LastMoved => Volatile.Read(ref _lastMoved);

    /// <summary>Whether bytes were received that the destination has not taken yet.</summary>
    public bool HasBytesInHand => Volatile.Read(ref _received) != Volatile.Read(ref _copied);

    public void OnReceived(long bytes)
    {
        Volatile.Write(ref _received, _received + bytes);
        Stamp();
    }

    public void OnCopied(long bytes)
    {
        Volatile.Write(ref _copied, _copied + bytes);
        Stamp();
        _counters?.Add(source == RelaySide.First, bytes);
    }

    public void OnForwarded(long bytes)
    {
        Volatile.Write(ref _received, _received + bytes);
        OnCopied(bytes);
    }

    public void OnEnded(CopyOutcome outcome) => session.OnEnded(this, outcome);

    private void Stamp()
    {
        if (NeedsStamps)
        {
            Volatile.Write(ref _lastMoved, session.Clock.GetTimestamp());
        }
    }
}
