using System.Buffers.Binary;
using System.Text;

namespace Klyntar.Overlay.BinFetch;

/// <summary>
/// Cuts a file into packets, and judges none of them. Done here and not by the library, so that lengths are bounded
/// before it sees a byte, and nothing is decompressed.
/// </summary>
internal static class OpenPgpPackets
{
    /// <summary>The longest packet body: far above any signature or key of today.</summary>
    public const int BodyLimit = 64 * 1024;

    // A key that everybody has certified has some thousands of signatures.
    private const int PacketLimit = 10_000;

    private const string Begin = "-----BEGIN PGP ";
    private const string End = "-----END PGP ";

    /// <summary>Reads a file, armored (section 6) or not.</summary>
    /// <exception cref="OpenPgpException">It is not made of packets.</exception>
    public static List<OpenPgpPacket> Read(ReadOnlySpan<byte> file)
    {
        byte[] bytes = file.Length > 0 && (file[0] & 0x80) != 0 ? file.ToArray() : Dearmor(file);
        List<OpenPgpPacket> packets = [];
        int at = 0;
        while (at < bytes.Length)
        {
            if (packets.Count == PacketLimit)
            {
                throw new OpenPgpException($"has more than {PacketLimit} packets");
            }

            packets.Add(ReadPacket(bytes, ref at));
        }

        return packets;
    }

    private static OpenPgpPacket ReadPacket(byte[] bytes, ref int at)
    {
        int head = Byte(bytes, ref at);
        if ((head & 0x80) == 0)
        {
            throw Malformed();
        }

        bool isNew = (head & 0x40) != 0;
        long length = isNew ? NewLength(bytes, ref at) : OldLength(bytes, ref at, head & 3);
        if (length > BodyLimit)
        {
            throw new OpenPgpException($"has a packet of more than {BodyLimit} bytes");
        }

        if (length > bytes.Length - at)
        {
            throw new OpenPgpException("is cut off");
        }

        OpenPgpPacket packet = new((OpenPgpTag)(isNew ? head & 0x3F : (head & 0x3F) >> 2), bytes.AsMemory(at, (int)length));
        at += (int)length;
        return packet;
    }

    private static long NewLength(byte[] bytes, ref int at)
    {
        int first = Byte(bytes, ref at);
        return first switch
        {
            < 192 => first,
            < 224 => ((first - 192) << 8) + Byte(bytes, ref at) + 192,
            255 => BinaryPrimitives.ReadUInt32BigEndian(Bytes(bytes, ref at, 4)),

            // Lengths in parts are for data, never for keys and signatures.
            _ => throw Malformed(),
        };
    }

    private static long OldLength(byte[] bytes, ref int at, int type) => type switch
    {
        0 => Byte(bytes, ref at),
        1 => BinaryPrimitives.ReadUInt16BigEndian(Bytes(bytes, ref at, 2)),
        2 => BinaryPrimitives.ReadUInt32BigEndian(Bytes(bytes, ref at, 4)),
        _ => throw Malformed(),
    };

    private static int Byte(byte[] bytes, ref int at) => Bytes(bytes, ref at, 1)[0];

    private static ReadOnlySpan<byte> Bytes(byte[] bytes, ref int at, int count)
    {
        if (count > bytes.Length - at)
        {
            throw new OpenPgpException("is cut off");
        }

        at += count;
        return bytes.AsSpan(at - count, count);
    }

    /// <summary>The bytes within the first armor. Its check sum is left alone: what counts is signed.</summary>
    private static byte[] Dearmor(ReadOnlySpan<byte> file)
    {
        StringBuilder base64 = new();
        bool isInside = false;
        bool isBody = false;
        foreach (string line in Encoding.Latin1.GetString(file).Split('\n').Select(static line => line.TrimEnd()))
        {
            if (!isInside)
            {
                isInside = line.StartsWith(Begin, StringComparison.Ordinal);
            }
            else if (line.StartsWith(End, StringComparison.Ordinal))
            {
                return Decode(base64.ToString());
            }
            else if (!isBody)
            {
                // Headers such as "Comment: …" end with an empty line.
                isBody = line.Length == 0;
            }
            else if (!line.StartsWith('='))
            {
                base64.Append(line);
            }
        }

        throw new OpenPgpException(isInside ? "is cut off" : "is not an OpenPGP file");
    }

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException error)
        {
            throw new OpenPgpException("is damaged: its text is not base64", error);
        }
    }

    private static OpenPgpException Malformed() => new("is not made of OpenPGP packets");
}
