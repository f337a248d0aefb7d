namespace Klyntar.Overlay;

/// <summary>The vocabulary of failed dials: one table for sentences, SOCKS reply codes and metric labels.</summary>
/// <remarks>
/// Reply codes are those of RFC 1928 section 6; the extended ones are tor's, from its proposal 304, for clients that
/// know them.
/// </remarks>
public static class DialErrors
{
    private static readonly Entry[] Table = Build();

    /// <summary>A sentence for a person: what happened and what to do next.</summary>
    public static string Sentence(this DialErrorKind kind) => Of(kind).Sentence;

    /// <summary>The SOCKS5 reply code (RFC 1928, section 6).</summary>
    public static byte SocksReply(this DialErrorKind kind) => Of(kind).Reply;

    /// <summary>The SOCKS5 reply code with tor's extensions (F0 to F7), equal to the plain one where there is none.</summary>
    public static byte ExtendedSocksReply(this DialErrorKind kind) => Of(kind).Extended;

    /// <summary>The label under which metrics count this kind: lower case with underscores, stable.</summary>
    public static string MetricLabel(this DialErrorKind kind) => Of(kind).Label;

    /// <summary>Whether another attempt inside the deadline may succeed.</summary>
    public static bool IsTransient(this DialErrorKind kind) => Of(kind).Transient;

    private static Entry Of(DialErrorKind kind) =>
        (uint)kind < (uint)Table.Length ? Table[(int)kind] : Table[(int)DialErrorKind.Internal];

    private static Entry[] Build()
    {
        var table = new Entry[Enum.GetValues<DialErrorKind>().Length];
        void Add(DialErrorKind kind, byte reply, byte extended, bool transient, string label, string sentence) =>
            table[(int)kind] = new Entry(reply, extended, transient, label, sentence);

        Add(DialErrorKind.NotAnOverlayName, 0x02, 0x02, false, "not_an_overlay_name",
            "No transport claims this name, and the gateway never dials around the overlays. Check the spelling, or name a transport for such addresses in the configuration.");
        Add(DialErrorKind.InvalidAddress, 0x01, 0xF6, false, "invalid_address",
            "The address is not valid. Copy it again, whole.");
        Add(DialErrorKind.NotAllowed, 0x02, 0x02, false, "not_allowed",
            "The gateway's rules forbid this connection. See the door's configuration.");
        Add(DialErrorKind.TooManyDials, 0x01, 0x01, true, "too_many_dials",
            "Too many connections are being made already. Try again in a moment, or raise the limit in the configuration.");
        Add(DialErrorKind.Loop, 0x02, 0x02, false, "loop",
            "The connection would run over the same transport twice. Check which transport carries which in the configuration.");
        Add(DialErrorKind.TransportNotReady, 0x03, 0x03, true, "transport_not_ready",
            "The overlay is not ready yet. 'klyntar-overlay status' shows what it waits for.");
        Add(DialErrorKind.TransportFailed, 0x01, 0x01, false, "transport_failed",
            "The overlay has failed. 'klyntar-overlay status' shows why.");
        Add(DialErrorKind.NotFound, 0x04, 0xF0, true, "not_found",
            "The overlay knows no such address: it was never published, or its service is gone. Check the address, and that the other side is running.");
        Add(DialErrorKind.InvalidDescriptor, 0x04, 0xF1, false, "invalid_descriptor",
            "What the overlay holds about this address is invalid. The other side must publish again.");
        Add(DialErrorKind.AuthorizationMissing, 0x02, 0xF4, false, "authorization_missing",
            "The service wants a client key and this gateway has none for it. Make one with 'klyntar-overlay keys auth new', and give its public part to the service's operator.");
        Add(DialErrorKind.AuthorizationWrong, 0x02, 0xF5, false, "authorization_wrong",
            "The service does not accept this gateway's client key for it. Ask its operator whether the key's public part was taken in, or withdrawn.");
        Add(DialErrorKind.Unreachable, 0x04, 0xF2, true, "unreachable",
            "The address is known, but its service could not be reached. It may be restarting: try again, or check that the other side is running.");
        Add(DialErrorKind.PortClosed, 0x05, 0x05, false, "port_closed",
            "The service was reached, but has no such port. Check the port, and what the other side exposes.");
        Add(DialErrorKind.Refused, 0x05, 0x05, true, "refused",
            "The service was reached, but its node refused the connection. The other side's node may be down.");
        Add(DialErrorKind.TimedOut, 0x04, 0xF7, true, "timed_out",
            "The connection was not made in time. Try again, or allow it more time.");
        Add(DialErrorKind.Cancelled, 0x01, 0x01, false, "cancelled",
            "The connection was given up before it was made: its client left, or the gateway is stopping. Connect again.");
        Add(DialErrorKind.ProtocolViolation, 0x01, 0x01, false, "protocol_violation",
            "The helper program answered what its protocol does not allow. Check that it is the right program and version.");
        Add(DialErrorKind.OutOfResources, 0x01, 0x01, true, "out_of_resources",
            "This machine ran out of descriptors, ports or memory. Close connections or raise the limits.");
        Add(DialErrorKind.Internal, 0x01, 0x01, false, "internal",
            "The transport failed in a way it should not. The log has the details; please report it.");
        return table;
    }

    private readonly record struct Entry(byte Reply, byte Extended, bool Transient, string Label, string Sentence);
}
