using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <content>The rules of showing a service's target who visits.</content>
internal sealed partial class GatewayRules
{
    private const string Instead = "write \"proxyV1\" or \"proxyV2\" where the node understands the PROXY protocol";

    // Elsewhere, on macOS for one, an address of 127.0.0.0/8 has to be added to the system before anybody can use it.
    private static bool HasAllLoopback => OperatingSystem.IsLinux() || OperatingSystem.IsWindows();

    /// <summary>Why a target cannot be shown its visitors in a way.</summary>
    /// <returns>The reason and what to do, as sentences; null where it can.</returns>
    internal static (string Reason, string Advice)? WhyNotShown(VisitorsAs way, int port, EndPoint target, bool hasAllLoopback) => (way, target) switch
    {
        (VisitorsAs.One, _) => null,
        (VisitorsAs.SourceAddress, _) when !hasAllLoopback => ("This system has no loopback addresses beside 127.0.0.1.", $"W{Instead[1..]}, or \"one\"."),
        (_, OverlayEndPoint or DnsEndPoint) => ($"Port {port} leads to a peer on an overlay, whose operator would be told of your visitors.", "Lead it to a node of your own, or write \"one\"."),
        (VisitorsAs.SourceAddress, UnixDomainSocketEndPoint) => ($"Port {port} leads to a Unix socket, where nobody sees a source address.", $"Lead it to an address in 127.0.0.0/8, or {Instead}."),
        (VisitorsAs.SourceAddress, IPEndPoint ip) when ip.AddressFamily != AddressFamily.InterNetwork || !IPAddress.IsLoopback(ip.Address) =>
            ($"Port {port} leads to {ip}, which cannot be connected to from an address in 127.72.0.0/16.", $"Lead it to an address in 127.0.0.0/8, or {Instead}."),
        _ => null,
    };

    private void CheckVisitorsAs(ServiceOptions service, string path)
    {
        // Of a name that is none on an overlay the port's own rule tells.
        foreach ((int port, EndPoint target) in (service.Ports ?? new Dictionary<int, EndPoint>()).Where(p => p.Value is not DnsEndPoint name || HostKinds.Of(name.Host) == HostKind.Name))
        {
            if (WhyNotShown(service.VisitorsAs, port, target, HasAllLoopback) is var (reason, advice))
            {
                Report(path, reason, advice);
            }
        }
    }
}
