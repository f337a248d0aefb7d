namespace Klyntar.Overlay.Socks;

/// <summary>The vocabulary of refused handshakes: one table for sentences, reply codes and metric labels.</summary>
public static class SocksRefusals
{
    private static readonly Entry[] Table = Build();

    /// <summary>A sentence for a person: what happened and what to do next.</summary>
    public static string Sentence(this SocksRefusal refusal) => Table[(int)refusal].Sentence;

    /// <summary>The label under which metrics count this refusal: lower case with underscores, stable.</summary>
    public static string MetricLabel(this SocksRefusal refusal) => Table[(int)refusal].Label;

    /// <summary>The SOCKS5 reply code (RFC 1928, section 6) for a refusal of the request itself.</summary>
    internal static byte SocksReply(this SocksRefusal refusal) => Table[(int)refusal].Reply;

    /// <summary>The HTTP status.</summary>
    internal static int HttpStatus(this SocksRefusal refusal) => Table[(int)refusal].Status;

    private static Entry[] Build()
    {
        var table = new Entry[Enum.GetValues<SocksRefusal>().Length];
        void Add(SocksRefusal refusal, byte reply, int status, string label, string sentence) =>
            table[(int)refusal] = new Entry(reply, status, label, sentence);

        Add(SocksRefusal.UnknownProtocol, 0x01, 400, "unknown_protocol",
            "The client speaks none of SOCKS5, SOCKS4a and HTTP CONNECT. Check that it is set to use this port as a proxy, and without TLS.");
        Add(SocksRefusal.NoMethods, 0x01, 400, "no_methods",
            "The client's SOCKS5 greeting offers no method at all. It must offer 'no authentication' (00) or 'user name and password' (02).");
        Add(SocksRefusal.NoAcceptableMethod, 0x01, 400, "no_acceptable_method",
            "The client's SOCKS5 greeting offers neither 'no authentication' (00) nor 'user name and password' (02). It must offer one of them.");
        Add(SocksRefusal.CredentialsRequired, 0x02, 407, "credentials_required",
            "This proxy wants a user name and a password. Configure the client with those of the door, over SOCKS5 or HTTP.");
        Add(SocksRefusal.CredentialsWrong, 0x02, 407, "credentials_wrong",
            "This proxy does not know these credentials. Compare the client's user name and password with those of the door.");
        Add(SocksRefusal.CredentialsMalformed, 0x01, 407, "credentials_malformed",
            "The credentials cannot be read. Send them by RFC 1929 (SOCKS5) or as 'Proxy-Authorization: Basic' with padded base64 of user:password (HTTP).");
        Add(SocksRefusal.CredentialsTooLong, 0x01, 400, "credentials_too_long",
            "The user name or the password is too long. Each may have 255 bytes.");
        Add(SocksRefusal.MalformedRequest, 0x01, 400, "malformed_request",
            "The client's SOCKS5 request has a wrong version or reserved byte. The client is faulty, or something else speaks to this port.");
        Add(SocksRefusal.UnsupportedCommand, 0x07, 405, "unsupported_command",
            "The client asked for something else than a connection or a look-up. BIND and UDP ASSOCIATE do not exist on overlays.");
        Add(SocksRefusal.UnsupportedAddressType, 0x08, 400, "unsupported_address_type",
            "The address type does not fit the command, or is not one of SOCKS5. Send a host name, or an address for a reverse look-up.");
        Add(SocksRefusal.EmptyHost, 0x01, 400, "empty_host",
            "The host name is empty. Give the name of the service.");
        Add(SocksRefusal.HostTooLong, 0x01, 400, "host_too_long",
            "The host name is too long. A name has at most 255 bytes.");
        Add(SocksRefusal.HostCharacters, 0x01, 400, "host_characters",
            "The host name holds a character that no name has. Allowed are letters, digits, dots, hyphens and underscores; write international names in their xn-- form.");
        Add(SocksRefusal.InvalidPort, 0x01, 400, "invalid_port",
            "The port is missing or not one. Give a port from 1 to 65535.");
        Add(SocksRefusal.HttpMethod, 0x01, 405, "http_method",
            "This is a proxy port, and over HTTP it knows no method but CONNECT. Set it as the SOCKS5 or HTTPS proxy of your program instead of opening it.");
        Add(SocksRefusal.HttpRequestLine, 0x01, 400, "http_request_line",
            "The request line is malformed. It must be: CONNECT host:port HTTP/1.1");
        Add(SocksRefusal.HttpVersion, 0x01, 505, "http_version",
            "The HTTP version is not supported. Use HTTP/1.1 or HTTP/1.0.");
        Add(SocksRefusal.HttpHeader, 0x01, 400, "http_header",
            "A header line is malformed or given twice. Each is 'Name: value', ends in CR LF and is not folded; there is one Proxy-Authorization at most.");
        Add(SocksRefusal.HttpHeadTooLarge, 0x01, 431, "http_head_too_large",
            "The head of the request is too large. It may have 8 KiB and 64 lines.");
        Add(SocksRefusal.Ended, 0x01, 400, "ended",
            "The client ended the connection before its request was complete.");
        Add(SocksRefusal.TimedOut, 0x01, 408, "timed_out",
            "The client did not complete its request in time.");
        Add(SocksRefusal.ConnectionFailed, 0x01, 400, "connection_failed",
            "The client's connection was reset or failed before its request was complete.");
        return table;
    }

    private readonly record struct Entry(byte Reply, int Status, string Label, string Sentence);
}
