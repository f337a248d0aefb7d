using System.Net;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>The gateway: the command itself, with its SOCKS door and the loopback transport.</summary>
internal sealed record GatewayKind(string Program) : ProxyKind(Gateway)
{
    /// <summary>Its name in tables.</summary>
    public const string Gateway = "gateway";

    public override ProxyCommand Command(ProxyPlace place) => new(
        Program,
        [
            "up", "--config", place.Write("overlay.json", $$"""
            {
              "dataFolder": "{{Path.Combine(place.Folder, "data")}}",
              "socks": [ { "listen": "{{place.Listen}}" } ],
              "transports": { "tor": false, "loopback": {} }
            }
            """),
        ]);

    public override byte[] Address(IPEndPoint target)
    {
        byte[] host = Encoding.ASCII.GetBytes($"{target.Address}.loopback");
        return [3, (byte)host.Length, .. host, (byte)(target.Port >> 8), (byte)target.Port];
    }
}
