using System.Net;

namespace Klyntar.Overlay.Bench;

/// <summary>A plain forward to the target: no SOCKS, and so two round trips fewer.</summary>
internal abstract record ForwardKind(string Name) : ProxyKind(Name)
{
    public sealed override byte[]? Address(IPEndPoint target) => null;
}
