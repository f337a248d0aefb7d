using System.Net;

namespace Klyntar.Overlay.Bench;

/// <summary>A proxy that is measured: how to start it, and how its clients name a target. Unless it says otherwise, a SOCKS5 server that is given addresses and so looks no name up.</summary>
internal abstract record ProxyKind(string Name)
{
    /// <summary>How many connections it is asked to hold at a time.</summary>
    public virtual int MostIdle => int.MaxValue;

    /// <summary>Whether it works in processes of its own, whose costs count.</summary>
    public virtual bool HasChildren => false;

    /// <summary>What makes it listen.</summary>
    public abstract ProxyCommand Command(ProxyPlace place);

    /// <summary>A second program that it works with, whose costs do not count.</summary>
    public virtual ProxyCommand? FarEnd(ProxyPlace place) => null;

    /// <summary>The address in a SOCKS5 request (RFC 1928, section 4), or null where it takes none.</summary>
    public virtual byte[]? Address(IPEndPoint target) => [1, .. target.Address.GetAddressBytes(), (byte)(target.Port >> 8), (byte)target.Port];
}
