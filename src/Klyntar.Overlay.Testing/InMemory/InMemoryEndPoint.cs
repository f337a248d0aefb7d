namespace Klyntar.Overlay.Testing;

/// <summary>An address on an in-memory overlay.</summary>
public sealed class InMemoryEndPoint : OverlayEndPoint
{
    internal InMemoryEndPoint(string overlay, string host, int port)
        : base(overlay, host, port)
    {
    }
}
