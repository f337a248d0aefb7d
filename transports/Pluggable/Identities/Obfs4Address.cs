using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>
/// The address of a service on obfs4, which says all that a client needs: base32 of a version, the method, the IAT mode, the certificate, the IP address, the port,
/// and a checksum, in labels of 63 characters, and then <c>.pt.alt</c>.
/// </summary>
/// <param name="EndPoint">Where the server listens, as others reach it.</param>
/// <param name="Certificate">The server's certificate, <see cref="Obfs4Certificate.Size"/> bytes.</param>
/// <param name="IatMode">The server's IAT mode, which clients are told as well.</param>
internal sealed record Obfs4Address(IPEndPoint EndPoint, byte[] Certificate, int IatMode)
{
    private const int Version = 1;
    private const int Obfs4 = 1;
    private const int HeaderSize = 3;
    private const int PortSize = 2;
    private const int ChecksumSize = 4;
    private const int SizeWithoutAddress = HeaderSize + Obfs4Certificate.Size + PortSize + ChecksumSize;
    private const int V4Size = 4;
    private const int V6Size = 16;
    private const int LabelLength = 63;
    private const int MostIatMode = 2;

    /// <summary>The whole host name.</summary>
    public string Host
    {
        get
        {
            byte[] ip = EndPoint.Address.GetAddressBytes();
            byte[] bytes = new byte[SizeWithoutAddress + ip.Length];
            bytes[0] = Version;
            bytes[1] = Obfs4;
            bytes[2] = (byte)IatMode;
            Certificate.CopyTo(bytes, HeaderSize);
            ip.CopyTo(bytes, HeaderSize + Obfs4Certificate.Size);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(bytes.Length - ChecksumSize - PortSize), (ushort)EndPoint.Port);
            WriteChecksum(bytes.AsSpan(0, bytes.Length - ChecksumSize), bytes.AsSpan(bytes.Length - ChecksumSize));
            string text = Base32.Encode(bytes);
            return string.Join('.', text.Chunk(LabelLength).Select(static label => new string(label))) + PluggableEndPoint.Suffix;
        }
    }

    /// <summary>Reads what stands before <c>.pt.alt</c>, in lower case.</summary>
    /// <param name="labels">The text.</param>
    /// <param name="why">What is wrong, as the end of a sentence; null where nothing is.</param>
    /// <returns>The address, or null.</returns>
    public static Obfs4Address? TryRead(string labels, out string? why)
    {
        string text = labels.Replace(".", "", StringComparison.Ordinal);
        byte[] bytes = new byte[Base32.GetDecodedLength(text.Length)];
        if (bytes.Length is not (SizeWithoutAddress + V4Size or SizeWithoutAddress + V6Size) || !Base32.TryDecode(text, bytes))
        {
            why = "it is no bridge of the configuration, and no whole address";
            return null;
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(bytes.AsSpan(0, bytes.Length - ChecksumSize), checksum);
        if (!checksum.SequenceEqual(bytes.AsSpan(bytes.Length - ChecksumSize)))
        {
            why = "its checksum does not match";
            return null;
        }

        IPAddress ip = new(bytes.AsSpan(HeaderSize + Obfs4Certificate.Size, bytes.Length - SizeWithoutAddress));
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(bytes.Length - ChecksumSize - PortSize));
        if (bytes[0] != Version || bytes[1] != Obfs4 || bytes[2] > MostIatMode)
        {
            why = "it is of a kind that is not known here";
            return null;
        }

        if (port == 0 || ip.IsIPv4MappedToIPv6 || PluggableOptions.IsWildcard(ip))
        {
            why = "it holds no address that could be connected to";
            return null;
        }

        var address = new Obfs4Address(new IPEndPoint(ip, port), bytes[HeaderSize..(HeaderSize + Obfs4Certificate.Size)], bytes[2]);
        if (!address.Host.AsSpan().StartsWith(labels, StringComparison.Ordinal) || address.Host.Length != labels.Length + PluggableEndPoint.Suffix.Length)
        {
            why = $"its labels are not cut after {LabelLength} characters";
            return null;
        }

        why = null;
        return address;
    }

    /// <summary>What a client program is asked for.</summary>
    public PtTarget ToTarget() => new(
        PtMethodName.Obfs4,
        EndPoint,
        PtArguments.TryMake([new("cert", Obfs4Certificate.Write(Certificate)), new("iat-mode", $"{IatMode}")])!);

    private static void WriteChecksum(ReadOnlySpan<byte> bytes, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        hash[..ChecksumSize].CopyTo(checksum);
    }
}
