namespace Klyntar.Overlay.Transports.Socks;

/// <summary>A host beyond a SOCKS5 server: a name in lower case or an IP address. Whoever dials it knows the server.</summary>
/// <param name="host">The host.</param>
/// <param name="port">The port.</param>
/// <param name="suffix">The suffix by which it was claimed; null where it was in another way.</param>
internal sealed class SocksEndPoint(string host, int port, string? suffix) : OverlayEndPoint(OverlayName, host, port)
{
    public const string OverlayName = "socks";

    /// <summary>The suffix alone: of names and addresses of the ordinary network even four characters tell too much.</summary>
    public override string Redacted => "…" + suffix;
}
