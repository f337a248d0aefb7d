namespace Klyntar.Overlay.Socks;

/// <summary>Why a handshake ended without a request. Each has a sentence and a metric label in <see cref="SocksRefusals"/>.</summary>
public enum SocksRefusal
{
    /// <summary>The first byte belongs to none of the protocols.</summary>
    UnknownProtocol,

    /// <summary>A SOCKS5 greeting that offers no method at all.</summary>
    NoMethods,

    /// <summary>A SOCKS5 greeting that offers neither of the methods 00 and 02.</summary>
    NoAcceptableMethod,

    /// <summary>The door wants credentials and the client gave none, or its protocol has none.</summary>
    CredentialsRequired,

    /// <summary>The door does not know these credentials.</summary>
    CredentialsWrong,

    /// <summary>The credentials cannot be read: a wrong version, another scheme than Basic, or broken base64.</summary>
    CredentialsMalformed,

    /// <summary>A user name, user id or password of more than 255 bytes.</summary>
    CredentialsTooLong,

    /// <summary>A SOCKS5 request with a wrong version or reserved byte.</summary>
    MalformedRequest,

    /// <summary>A command other than CONNECT, RESOLVE and RESOLVE_PTR: BIND, UDP ASSOCIATE or unknown.</summary>
    UnsupportedCommand,

    /// <summary>An address type that the command cannot have, or that SOCKS5 does not know.</summary>
    UnsupportedAddressType,

    /// <summary>An empty host name.</summary>
    EmptyHost,

    /// <summary>A host name of more than 255 bytes.</summary>
    HostTooLong,

    /// <summary>A host name with a byte that none has: NUL, CR, LF, a space, a non-ASCII byte, punctuation.</summary>
    HostCharacters,

    /// <summary>Port 0, or what is no port at all.</summary>
    InvalidPort,

    /// <summary>An HTTP method other than CONNECT.</summary>
    HttpMethod,

    /// <summary>An HTTP request line that is not <c>CONNECT host:port HTTP/1.x</c>.</summary>
    HttpRequestLine,

    /// <summary>An HTTP version other than 1.0 and 1.1.</summary>
    HttpVersion,

    /// <summary>An HTTP header line that is malformed, or one of two Proxy-Authorization lines.</summary>
    HttpHeader,

    /// <summary>An HTTP head of more than 8 KiB or 64 lines.</summary>
    HttpHeadTooLarge,

    /// <summary>The client ended the connection before its request was complete.</summary>
    Ended,

    /// <summary>The client did not complete its request in time.</summary>
    TimedOut,

    /// <summary>The connection was reset or failed.</summary>
    ConnectionFailed,
}
