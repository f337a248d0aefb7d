using System.Net;

namespace Klyntar.Overlay.Bench;

/// <summary>No proxy: what client and target can do at most.</summary>
internal sealed class DirectWay : IWay
{
    /// <summary>Its name in tables.</summary>
    public const string Direct = "direct";

    public string Name => Direct;

    public double CpuSeconds => 0;

    public IPEndPoint EntryTo(IPEndPoint target) => target;

    public byte[]? AddressOf(IPEndPoint target) => null;
}
