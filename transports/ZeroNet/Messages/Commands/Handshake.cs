using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What both sides say of themselves first; request and answer have the same fields. Real nodes take it with <see cref="FileServerPort"/> alone.</summary>
internal sealed record Handshake : IRequestBody
{
    /// <summary>The one way of encryption that there is: TLS with a certificate that nobody verifies.</summary>
    public const string Tls = "tls-rsa";

    /// <summary>The program's version; null where it was not told.</summary>
    public string? Version { get; init; }

    /// <summary>The protocol, "v2".</summary>
    public string? Protocol { get; init; }

    /// <summary>Whether bytes are sent as MessagePack's bin; an older node sends them as str.</summary>
    public bool UsesBinType { get; init; }

    /// <summary>"-UT3530-" and 12 letters or digits; empty on onions.</summary>
    public string? PeerId { get; init; }

    /// <summary>The port that the sender listens on, or 0.</summary>
    public required int FileServerPort { get; init; }

    /// <summary>Whether that port is reached from outside; null where the sender does not know. One that says false is never handed out to others.</summary>
    public bool? IsPortOpen { get; init; }

    /// <summary>In a request the address that was dialled, in an answer the one that the dialler was seen at.</summary>
    public string? TargetAddress { get; init; }

    /// <summary>The program's revision; from 4095 on an update comes without its body where that is large.</summary>
    public long Revision { get; init; }

    /// <summary>The ways of encryption that the sender can; none but <see cref="Tls"/> is known.</summary>
    public ImmutableArray<string> CryptSupported { get; init; } = [];

    /// <summary>The way of encryption that is in use, or comes into use after the answer; null for none.</summary>
    public string? Crypt { get; init; }

    /// <summary>The sender's clock, in seconds since 1970.</summary>
    public long Time { get; init; }

    /// <summary>The sender's onion without its suffix; null where it has none.</summary>
    public string? Onion { get; init; }

    /// <summary>Whether the connection is for asking a tracker only.</summary>
    public bool IsTrackerConnection { get; init; }

    /// <inheritdoc/>
    public string Command => PeerCommands.Handshake;

    /// <inheritdoc/>
    public int FieldCount => Has(Version) + Has(Protocol) + Has(PeerId) + Has(TargetAddress) + Has(Onion) + (IsTrackerConnection ? 1 : 0) + 7;

    /// <summary>Reads a handshake, or the answer to one.</summary>
    /// <returns>The handshake; null with what is wrong.</returns>
    public static Handshake? Read(PeerMessage message, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(message.Fields, limits);
        string? version = null;
        string? protocol = null;
        bool usesBinType = false;
        string? peerId = null;
        int? port = null;
        bool? isPortOpen = null;
        string? target = null;
        long revision = 0;
        ImmutableArray<string> cryptSupported = [];
        string? crypt = null;
        long time = 0;
        string? onion = null;
        bool isTrackerConnection = false;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("version"u8))
            {
                version = reader.OptionalText();
            }
            else if (name.SequenceEqual("protocol"u8))
            {
                protocol = reader.OptionalText();
            }
            else if (name.SequenceEqual("use_bin_type"u8))
            {
                usesBinType = reader.OptionalFlag() ?? false;
            }
            else if (name.SequenceEqual("peer_id"u8))
            {
                peerId = reader.OptionalText();
            }
            else if (name.SequenceEqual("fileserver_port"u8))
            {
                port = reader.Port();
            }
            else if (name.SequenceEqual("port_opened"u8))
            {
                isPortOpen = reader.OptionalFlag();
            }
            else if (name.SequenceEqual("target_ip"u8))
            {
                target = reader.OptionalText();
            }
            else if (name.SequenceEqual("rev"u8))
            {
                revision = reader.Number();
            }
            else if (name.SequenceEqual("crypt_supported"u8))
            {
                cryptSupported = reader.Texts();
            }
            else if (name.SequenceEqual("crypt"u8))
            {
                crypt = reader.OptionalText();
            }
            else if (name.SequenceEqual("time"u8))
            {
                time = reader.Number();
            }
            else if (name.SequenceEqual("onion"u8))
            {
                onion = reader.TextIfAny();
            }
            else if (name.SequenceEqual("tracker_connection"u8))
            {
                isTrackerConnection = reader.OptionalFlag() ?? false;
            }
            else
            {
                reader.Skip();
            }
        }

        if (!reader.Accept(port is not null, out violation))
        {
            return null;
        }

        return new Handshake
        {
            Version = version,
            Protocol = protocol,
            UsesBinType = usesBinType,
            PeerId = peerId,
            FileServerPort = port!.Value,
            IsPortOpen = isPortOpen,
            TargetAddress = target,
            Revision = revision,
            CryptSupported = cryptSupported,
            Crypt = crypt,
            Time = time,
            Onion = onion,
            IsTrackerConnection = isTrackerConnection,
        };
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        WriteIfKnown(ref writer, "version", Version);
        WriteIfKnown(ref writer, "protocol", Protocol);
        writer.Write("use_bin_type", (bool?)UsesBinType);
        WriteIfKnown(ref writer, "peer_id", PeerId);
        writer.Write("fileserver_port", FileServerPort);
        writer.Write("port_opened", IsPortOpen);
        WriteIfKnown(ref writer, "target_ip", TargetAddress);
        writer.Write("rev", Revision);
        writer.Write("crypt_supported", CryptSupported);
        writer.Write("crypt", Crypt);
        writer.Write("time", Time);
        WriteIfKnown(ref writer, "onion", Onion);
        if (IsTrackerConnection)
        {
            writer.Write("tracker_connection", (bool?)true);
        }
    }

    private static int Has(string? value) => value is null ? 0 : 1;

    private static void WriteIfKnown(ref MessagePackWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.Write(name, value);
        }
    }
}
