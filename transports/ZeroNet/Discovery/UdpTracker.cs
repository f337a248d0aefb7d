using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The datagrams of a BitTorrent tracker over UDP (BEP 15), without the socket.</summary>
internal static class UdpTracker
{
    /// <summary>The size of a request to connect, in bytes.</summary>
    public const int ConnectSize = 16;

    /// <summary>The size of an announcement, in bytes.</summary>
    public const int AnnounceSize = 98;

    private const long ProtocolId = 0x41727101980;
    private const int ConnectAction = 0;
    private const int AnnounceAction = 1;
    private const int ErrorAction = 3;
    private const int StartedEvent = 2;
    private const int AnswerHeaderSize = 8;
    private const int AnnounceAnswerSize = 20;

    /// <summary>Writes a request to connect, which a tracker answers with an id that counts for a minute.</summary>
    /// <param name="transaction">What the answer is known by: drawn by chance, since anybody can send datagrams.</param>
    public static byte[] Connect(int transaction)
    {
        byte[] datagram = new byte[ConnectSize];
        BinaryPrimitives.WriteInt64BigEndian(datagram, ProtocolId);
        BinaryPrimitives.WriteInt32BigEndian(datagram.AsSpan(8), ConnectAction);
        BinaryPrimitives.WriteInt32BigEndian(datagram.AsSpan(12), transaction);
        return datagram;
    }

    /// <summary>Writes an announcement.</summary>
    /// <param name="connection">The id that the tracker gave.</param>
    /// <param name="transaction">What the answer is known by.</param>
    /// <param name="announcement">What is told.</param>
    public static byte[] Announce(long connection, int transaction, TrackerAnnouncement announcement)
    {
        byte[] datagram = new byte[AnnounceSize];
        Span<byte> rest = datagram;
        BinaryPrimitives.WriteInt64BigEndian(rest, connection);
        BinaryPrimitives.WriteInt32BigEndian(rest[8..], AnnounceAction);
        BinaryPrimitives.WriteInt32BigEndian(rest[12..], transaction);
        announcement.InfoHash.CopyTo(rest[16..]);
        Encoding.ASCII.GetBytes(announcement.PeerId, rest.Slice(36, TrackerAnnouncement.PeerIdSize));
        BinaryPrimitives.WriteInt64BigEndian(rest[64..], TrackerAnnouncement.BytesLeft);
        BinaryPrimitives.WriteInt32BigEndian(rest[80..], StartedEvent);
        BinaryPrimitives.WriteInt32BigEndian(rest[92..], announcement.Wanted);
        BinaryPrimitives.WriteUInt16BigEndian(rest[96..], (ushort)announcement.Port);
        return datagram;
    }

    /// <summary>Reads the answer to <see cref="Connect"/>.</summary>
    /// <param name="datagram">A datagram that came.</param>
    /// <param name="transaction">The request's.</param>
    /// <param name="connection">The id to announce with.</param>
    /// <param name="why">Why it is no such answer, as a clause.</param>
    public static bool TryReadConnect(ReadOnlySpan<byte> datagram, int transaction, out long connection, [NotNullWhen(false)] out string? why)
    {
        connection = 0;
        if (!TryReadHeader(datagram, ConnectAction, transaction, ConnectSize, out why))
        {
            return false;
        }

        connection = BinaryPrimitives.ReadInt64BigEndian(datagram[AnswerHeaderSize..]);
        return true;
    }

    /// <summary>Reads the answer to <see cref="Announce"/>.</summary>
    /// <param name="datagram">A datagram that came.</param>
    /// <param name="transaction">The request's.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="why">Why it is no such answer, as a clause.</param>
    public static bool TryReadAnnounce(ReadOnlySpan<byte> datagram, int transaction, [NotNullWhen(true)] out TrackerAnswer? answer, [NotNullWhen(false)] out string? why)
    {
        answer = null;
        if (!TryReadHeader(datagram, AnnounceAction, transaction, AnnounceAnswerSize, out why))
        {
            return false;
        }

        int seconds = BinaryPrimitives.ReadInt32BigEndian(datagram[AnswerHeaderSize..]);
        if (seconds < 0)
        {
            why = "it names a negative interval";
            return false;
        }

        answer = new TrackerAnswer(TimeSpan.FromSeconds(seconds), TrackerAnswer.ReadPeers(datagram[AnnounceAnswerSize..]));
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> datagram, int expected, int transaction, int least, [NotNullWhen(false)] out string? why)
    {
        why = null;
        if (datagram.Length < AnswerHeaderSize || BinaryPrimitives.ReadInt32BigEndian(datagram[4..]) != transaction)
        {
            why = "it answers another request";
            return false;
        }

        int action = BinaryPrimitives.ReadInt32BigEndian(datagram);
        if (action == ErrorAction)
        {
            why = $"it refuses: {TrackerAnswer.Printable(datagram[AnswerHeaderSize..])}";
        }
        else if (action != expected)
        {
            why = "it answers what was not asked";
        }
        else if (datagram.Length < least)
        {
            why = "its answer is too short";
        }

        return why is null;
    }
}
