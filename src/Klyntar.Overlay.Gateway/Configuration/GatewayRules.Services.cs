using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <summary>The rules of services.</summary>
internal sealed partial class GatewayRules
{
    private void CheckServices()
    {
        var identities = new Dictionary<(string Transport, string Identity), string>();
        foreach ((string name, ServiceOptions service) in options.Services)
        {
            string path = ConfigurationNode.PathOf("services", name);
            if (service is null || report.HasErrorAt(path))
            {
                continue;
            }

            CheckName(path, name, "service");
            if (service.Identity is { } identity)
            {
                CheckName($"{path}.identity", identity, "identity");
            }

            CheckPorts(service, path);
            CheckVisitorsAs(service, $"{path}.visitorsAs");
            if (service.ConnectTimeout is { } patience)
            {
                CheckTime($"{path}.connectTimeout", patience, mayBeNever: false);
            }

            CheckOverlays(service, path, name, identities);
        }
    }

    private void CheckPorts(ServiceOptions service, string path)
    {
        string ports = $"{path}.ports";
        if (report.HasErrorAt(ports) || service.Ports is null)
        {
            return;
        }

        if (service.Ports.Count == 0 && !report.IsFaulty(ports))
        {
            Report(ports, "The service has no port.", "Write which target each port leads to, such as \"80\": \"127.0.0.1:7332\".");
        }

        if (service.Ports.Count > MaxPorts)
        {
            Report(ports, $"The service has {service.Ports.Count} ports.", $"Write at most {MaxPorts}.");
        }

        foreach ((int port, EndPoint target) in service.Ports)
        {
            string place = ConfigurationNode.PathOf(ports, port.ToString(CultureInfo.InvariantCulture));
            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                Report(place, $"{port} is no port.", "Write a port from 1 to 65535.");
            }

            CheckTarget(target, place);
        }
    }

    private void CheckTarget(EndPoint target, string place)
    {
        switch (target)
        {
            case UnixDomainSocketEndPoint or ThisProgram:
                break;
            case IPEndPoint { Port: 0 }:
                Report(place, "A target has a port.", "Write the port that the node listens on, from 1 to 65535.");
                break;
            case IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any):
                Report(place, $"{ip.Address} is where to listen, not where to connect.", $"Write 127.0.0.1:{ip.Port}, and have the node listen there alone.");
                break;
            case IPEndPoint ip when LoopbackRange.Configured.Contains(ip.Address) || LoopbackRange.OnDemand.Contains(ip.Address):
                Report(place, $"{ip.Address} stands for a peer, which may lead back to this service.", $"Write the peer's name on its overlay, such as \"….b32.i2p:{ip.Port}\".");
                break;
            case IPEndPoint:
                break;
            case OverlayEndPoint { Port: 0 } or DnsEndPoint { Port: 0 }:
                Report(place, "A target has a port.", "Write the port that is published, from 1 to 65535.");
                return;
            case OverlayEndPoint:
                return;
            case DnsEndPoint name when HostKinds.Of(name.Host) == HostKind.Name:
                // Whether a transport claims it, its transport must say: the router asks at the start.
                return;
            default:
                Report(place, "A target is never resolved by name.", $"Write {EndPointText.TargetForm}.");
                return;
        }

        // Whoever visits the service would use the overlays as this operator.
        if (target is UnixDomainSocketEndPoint unix && IsOwnSocket(unix.ToString()!))
        {
            Report(place, $"{EndPointText.Format(target)} is the gateway's own socket: every visitor could dial through it.", "Write the end point of the node that shall be published.");
        }
        else if (options.Socks.Any(d => d is not null && IsSame(d.Listen, target)))
        {
            Report(place, $"{EndPointText.Format(target)} is the gateway's own SOCKS door: every visitor could dial through it.", "Write the end point of the node that shall be published.");
        }
    }

    private bool IsOwnSocket(string path)
    {
        string folder = options.DataFolder is { Length: > 0 } told && !told.Contains('\0', StringComparison.Ordinal) ? told : GatewayOptions.DefaultDataFolder;
        return path.StartsWith('/') && Path.GetDirectoryName(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
            && Path.GetFileName(path) is (AdminSockets.Status or AdminSockets.Dial);
    }

    private static bool IsSame(EndPoint door, EndPoint target) => (door, target) switch
    {
        (IPEndPoint d, IPEndPoint t) => d.Port == t.Port && (d.Address.Equals(t.Address) || (IsWildcard(d.Address) && IPAddress.IsLoopback(t.Address))),
        _ => door.Equals(target),
    };

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private void CheckOverlays(ServiceOptions service, string path, string name, Dictionary<(string Transport, string Identity), string> identities)
    {
        string on = $"{path}.on";
        if (service.On is null || report.HasErrorAt(on))
        {
            return;
        }

        if (service.On.Count == 0)
        {
            Report(on, "No transport is named.", $"Write at least one of {Quoted(_enabled)}.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < service.On.Count; i++)
        {
            string place = $"{on}[{i}]";
            string transport = service.On[i];
            if (report.IsFaulty(place))
            {
                continue;
            }

            if (!seen.Add(transport))
            {
                Report(place, $"\"{ConfigurationNode.Quotable(transport)}\" is here twice.", "Keep one of them.");
            }
            else if (CheckEnabled(place, transport) && !identities.TryAdd((transport, service.Identity ?? name), path))
            {
                Report(place, $"{identities[(transport, service.Identity ?? name)]} is published on {transport} under the same identity.", "Give each its own \"identity\".");
            }
        }

        CheckLinks(service, on, seen);
        CheckServiceOptions(service, $"{path}.options", seen);
    }

    private void CheckLinks(ServiceOptions service, string path, HashSet<string> on)
    {
        ILookup<bool, string> shown = on.Where(_enabled.Contains).ToLookup(ShowsAddress);
        if (!service.LinkIdentities && shown[true].FirstOrDefault() is { } open && shown[false].FirstOrDefault() is { } hidden)
        {
            Report(path, $"\"{open}\" shows this machine's address, and \"{hidden}\" is there to hide it: whoever meets the service on both knows whose it is.", $"Remove one of them, have \"{open}\" run over the other, or write \"linkIdentities\": true if that may be known.");
        }
    }

    private bool ShowsAddress(string transport)
    {
        ITransportFactory factory = catalog.Transports[transport].Factory;
        object section = options.Transports.GetValueOrDefault(transport) is { } given && factory.OptionsType.IsInstanceOfType(given) ? given : Activator.CreateInstance(factory.OptionsType)!;
        return factory.ShowsAddress(section);
    }

    private void CheckServiceOptions(ServiceOptions service, string path, HashSet<string> on)
    {
        foreach ((string transport, object section) in service.Options)
        {
            string place = ConfigurationNode.PathOf(path, transport);
            if (!catalog.TryGet(transport, out ITransportFactory? factory))
            {
                ReportMissing(place, transport);
            }
            else if (section is not null && factory.ServiceOptionsType?.IsInstanceOfType(section) != true)
            {
                Report(place, $"The options are of the type {section.GetType().Name}.", factory.ServiceOptionsType is null ? $"Services have no options on \"{transport}\"." : $"Give an instance of {factory.ServiceOptionsType.Name}.");
            }
            else if (!on.Contains(transport))
            {
                Report(place, $"The service is not published on \"{transport}\".", $"Add \"{transport}\" to the service's \"on\", or remove these options.");
            }
        }
    }
}
