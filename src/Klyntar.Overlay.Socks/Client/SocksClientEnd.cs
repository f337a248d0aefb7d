namespace Klyntar.Overlay.Socks;

/// <summary>How far a negotiation with an upstream proxy came.</summary>
public enum SocksClientEnd
{
    /// <summary>To a reply: see <see cref="SocksClientReply.Code"/>.</summary>
    Replied,

    /// <summary>The proxy accepts none of the methods that were offered (FF): it wants credentials, or takes none.</summary>
    MethodRefused,

    /// <summary>The proxy does not accept the credentials.</summary>
    CredentialsRefused,

    /// <summary>The proxy closed the connection before its reply.</summary>
    Closed,

    /// <summary>The proxy answered what its protocol does not allow. Perhaps it is no SOCKS5 proxy.</summary>
    Violation,
}
