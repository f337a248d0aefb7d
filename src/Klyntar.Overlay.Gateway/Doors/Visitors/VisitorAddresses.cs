using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Gateway;

/// <summary>Gives each visitor of a gateway a loopback address of its own, whichever service it visits.</summary>
/// <remarks>
/// An address is the visitor's while it is here, and when it has left until no other one is free: then whoever left first has lost his. A node's ban so lasts
/// as long as the identity does, and strangers without number fill no more memory than there are addresses. Where the search for a free one begins is a keyed
/// hash of the identity, so that nobody can aim at another's.
/// </remarks>
internal sealed class VisitorAddresses
{
    private const int WordBits = 64;
    private const int UsualLength = 2048;

    // The ends of the list of those who have left, in the order in which they left.
    private static readonly int Ends = LoopbackRange.Visitors.Count;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, int> _known = [];

    // Made for the first visitor: most gateways tell nobody apart.
    private Place[]? _places;
    private ulong[] _free = [];
    private int _lastPort = -1;

    /// <summary>How many visitors are known: here, or remembered.</summary>
    public int Known
    {
        get
        {
            lock (_gate)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>A visitor's connection has come.</summary>
    /// <param name="overlay">The name of the transport that tells of it.</param>
    /// <param name="identity">The visitor's.</param>
    /// <returns>Its address, to be given back by <see cref="Leave"/>.</returns>
    public VisitorAddress Enter(string overlay, string identity)
    {
        UInt128 visitor = Hash(overlay, identity);
        int first = (int)(visitor % (uint)Ends);
        lock (_gate)
        {
            _places ??= MakePlaces();
            if (_known.TryGetValue(visitor, out int place))
            {
                if (_places[place].Open++ == 0)
                {
                    Unlink(_places, place);
                }

                return new VisitorAddress(place, IsHeld: true);
            }

            place = TakeFree(first);
            if (place < 0)
            {
                place = _places[Ends].Next;
                if (place == Ends)
                {
                    // All are here. Nobody loses his address, so this one shares another's.
                    return new VisitorAddress(first, IsHeld: false);
                }

                Unlink(_places, place);
                _known.Remove(_places[place].Visitor);
            }

            _known.Add(visitor, place);
            _places[place].Visitor = visitor;
            _places[place].Open = 1;
            return new VisitorAddress(place, IsHeld: true);
        }
    }

    /// <summary>That connection has ended.</summary>
    public void Leave(VisitorAddress address)
    {
        if (!address.IsHeld)
        {
            return;
        }

        lock (_gate)
        {
            Place[] places = _places!;
            if (--places[address.Place].Open == 0)
            {
                int last = places[Ends].Previous;
                places[address.Place].Previous = last;
                places[address.Place].Next = Ends;
                places[last].Next = address.Place;
                places[Ends].Previous = address.Place;
            }
        }
    }

    /// <summary>A port that no other connection of late was said to come from.</summary>
    public int NextPort() => (int)((uint)Interlocked.Increment(ref _lastPort) % IPEndPoint.MaxPort) + 1;

    private static void Unlink(Place[] places, int place)
    {
        places[places[place].Previous].Next = places[place].Next;
        places[places[place].Next].Previous = places[place].Previous;
    }

    private Place[] MakePlaces()
    {
        _free = new ulong[Ends / WordBits];
        Array.Fill(_free, ulong.MaxValue);
        var places = new Place[Ends + 1];
        places[Ends].Previous = places[Ends].Next = Ends;
        return places;
    }

    /// <summary>Takes the first address from a place on that nobody has had yet, in the round.</summary>
    /// <returns>Its place; negative where there is none.</returns>
    private int TakeFree(int first)
    {
        int start = first / WordBits;
        ulong fromFirst = ulong.MaxValue << (first % WordBits);
        for (int i = 0; i <= _free.Length; i++)
        {
            int word = (start + i) % _free.Length;
            ulong free = _free[word] & (i == 0 ? fromFirst : i == _free.Length ? ~fromFirst : ulong.MaxValue);
            if (free != 0)
            {
                int bit = BitOperations.TrailingZeroCount(free);
                _free[word] &= ~(1UL << bit);
                return (word * WordBits) + bit;
            }
        }

        return -1;
    }

    // The key before the text is enough, at a third of HMAC's cost: nobody is shown the hash, let alone all of it.
    private UInt128 Hash(string overlay, string identity)
    {
        ReadOnlySpan<byte> name = MemoryMarshal.AsBytes(overlay.AsSpan());
        ReadOnlySpan<byte> visitor = MemoryMarshal.AsBytes(identity.AsSpan());
        int length = _key.Length + name.Length + sizeof(char) + visitor.Length;
        Span<byte> keyed = length <= UsualLength ? stackalloc byte[UsualLength] : new byte[length];
        keyed = keyed[..length];
        _key.CopyTo(keyed);
        name.CopyTo(keyed[_key.Length..]);
        keyed.Slice(_key.Length + name.Length, sizeof(char)).Clear();
        visitor.CopyTo(keyed[^visitor.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(keyed, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private struct Place
    {
        public UInt128 Visitor;
        public int Open;
        public int Previous;
        public int Next;
    }
}
