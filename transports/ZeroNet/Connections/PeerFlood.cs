using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Says which connections are accepted, so that nobody takes all places. Addresses are told apart as far as somebody has them by the dozen: IPv6 by
/// its first 64 bits. Whoever comes over an overlay or from this machine, where a helper's address hides many, counts as a whole.
/// </summary>
/// <param name="limits">How many are accepted.</param>
/// <param name="clock">The clock.</param>
internal sealed class PeerFlood(PeerFloodLimits limits, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Source> _sources = [];
    private readonly Source _hidden = Make(limits.Hidden, limits.NewHidden, limits.Period, clock);
    private readonly Source _others = Make(limits.PerAddress, limits.NewPerAddress, limits.Period, clock);
    private int _open;

    /// <summary>How many connections are open.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open;
            }
        }
    }

    /// <summary>How many addresses are remembered.</summary>
    public int Remembered
    {
        get
        {
            lock (_gate)
            {
                return _sources.Count;
            }
        }
    }

    /// <summary>Asks for a place.</summary>
    /// <param name="address">Where the connection comes from; null over an overlay.</param>
    /// <returns>The place; null where the connection is to be closed at once.</returns>
    public PeerPass? TryEnter(IPAddress? address)
    {
        lock (_gate)
        {
            if (_open >= limits.Connections)
            {
                return null;
            }

            Source source = SourceOf(address);
            if (source.Open >= source.Most || !source.New.TryTake())
            {
                return null;
            }

            source.Open++;
            _open++;
            return new PeerPass(isExcused => Leave(source, isExcused));
        }
    }

    private static Source Make(int most, int atOnce, TimeSpan period, TimeProvider clock) => new(most, new TokenBucket(atOnce, atOnce / period.TotalSeconds, clock));

    private void Leave(Source source, bool isExcused)
    {
        lock (_gate)
        {
            if (isExcused)
            {
                source.New.Give();
            }

            source.Open--;
            _open--;
        }
    }

    private Source SourceOf(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
        {
            return _hidden;
        }

        UInt128 key = KeyOf(address);
        if (_sources.TryGetValue(key, out Source? known))
        {
            return known;
        }

        if (_sources.Count >= limits.Addresses)
        {
            Forget();
        }

        // Nobody is forgotten to make room: whoever has many addresses would wipe out what is known of one.
        if (_sources.Count >= limits.Addresses)
        {
            return _others;
        }

        Source source = Make(limits.PerAddress, limits.NewPerAddress, limits.Period, clock);
        _sources.Add(key, source);
        return source;
    }

    // Forgets those of whom nothing is open and nothing is remembered.
    private void Forget()
    {
        foreach ((UInt128 key, Source source) in _sources)
        {
            if (source.Open == 0 && source.New.IsFull)
            {
                _sources.Remove(key);
            }
        }
    }

    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            bytes[8..].Clear();
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private sealed record Source(int Most, TokenBucket New)
    {
        public int Open { get; set; }
    }
}
