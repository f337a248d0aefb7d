namespace Klyntar.Overlay.Socks;

/// <summary>What to ask of an upstream proxy.</summary>
/// <param name="Host">A host name of 1 to 255 letters, digits, dots, hyphens and underscores, never resolved here; or an IP address as text, which goes out as an address.</param>
/// <param name="Port">The port, 0 to 65535; look-ups have none, give 0.</param>
public sealed record SocksClientRequest(string Host, int Port)
{
    /// <summary>A connection unless told. <see cref="SocksCommand.Resolve"/> and <see cref="SocksCommand.ResolvePtr"/> are tor's extensions.</summary>
    public SocksCommand Command { get; init; } = SocksCommand.Connect;

    /// <summary>
    /// User name and password of 0 to 255 bytes each (RFC 1929 says 1 to 255; tor takes empty ones), or null to offer no
    /// authentication. With credentials nothing else is offered, so that a proxy cannot drop the isolation they ask for.
    /// </summary>
    public (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? Credentials { get; init; }

    /// <summary>Whether all is sent at once, without waiting for the proxy's answers (on unless told). Tor takes it; off for proxies that want step by step.</summary>
    public bool Optimistic { get; init; } = true;

    /// <summary>The stream's first bytes, sent right behind the request, saving a round trip; only with <see cref="Optimistic"/>. They are lost if the proxy refuses.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Tells the command only: hosts and credentials belong in no log.</summary>
    public override string ToString() => $"SOCKS5 {Command}";
}
