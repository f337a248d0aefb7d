using System.Net;

namespace Klyntar.Overlay.Bench;

/// <summary>A way from the client to the target.</summary>
internal interface IWay
{
    string Name { get; }

    /// <summary>The processor time that whatever lies on the way has used so far, in seconds.</summary>
    double CpuSeconds { get; }

    /// <summary>Where the client connects to.</summary>
    IPEndPoint EntryTo(IPEndPoint target);

    /// <summary>The address in a SOCKS5 request (RFC 1928, section 4): type, address and port. Null where nothing is asked, for the way has one end.</summary>
    byte[]? AddressOf(IPEndPoint target);
}
