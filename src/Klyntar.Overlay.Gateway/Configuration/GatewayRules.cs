using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>The rules that no single value can tell: across keys, sections and transports.</summary>
internal sealed class GatewayRules(GatewayOptions options, TransportCatalog catalog, ConfigurationReport report)
{
    private const int MaxNameLength = 64;
    private const int MaxPorts = 64;

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly HashSet<string> _enabled = [.. EnabledTransports.Names(options, catalog)];

    public void Check()
    {
        new OptionsValidator(report).Check(options, typeof(GatewayOptions), "");
        if (options.DataFolder is { } folder)
        {
            CheckPath("dataFolder", folder, "Write the path of a folder.");
        }

        CheckTransports();
        CheckDoors();
        CheckServices();
        CheckClearnet("clearnet.names", options.Clearnet.Names);
        CheckClearnet("clearnet.addresses", options.Clearnet.Addresses);
        CheckTime("relay.idleLimit", options.Relay.IdleLimit, mayBeNever: true);
        CheckTime("relay.finHoldBack", options.Relay.FinHoldBack, mayBeNever: true);
        CheckTime("relay.visitorFinHoldBack", options.Relay.VisitorFinHoldBack, mayBeNever: true);
        CheckTime("limits.drainTime", options.Limits.DrainTime, mayBeNever: false, mayBeZero: true);
    }

    private void CheckTransports()
    {
        foreach ((string name, object? section) in options.Transports)
        {
            string path = ConfigurationNode.PathOf("transports", name);
            if (!catalog.TryGet(name, out ITransportFactory? factory))
            {
                Report(path, $"There is no transport \"{ConfigurationNode.Quotable(name)}\".", Spelling.Advice(name, [.. catalog.Factories.Keys]));
            }
            else if (section is not null && !factory.OptionsType.IsInstanceOfType(section))
            {
                Report(path, $"The options of \"{name}\" are of the type {section.GetType().Name}.", $"Give an instance of {factory.OptionsType.Name}.");
            }
        }
    }

    private void CheckDoors()
    {
        var listening = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < options.Socks.Count; i++)
        {
            string path = $"socks[{i}]";
            if (options.Socks[i] is not { } door || report.HasErrorAt(path))
            {
                continue;
            }

            CheckListen(door, path);
            CheckCredentials(door, path);
            CheckTime($"{path}.limits.handshakeTimeout", door.Limits.HandshakeTimeout, mayBeNever: false);
            CheckTime($"{path}.limits.dialTimeout", door.Limits.DialTimeout, mayBeNever: false);

            string listen = EndPointText.Format(door.Listen);
            if (door.Listen is not IPEndPoint { Port: 0 } && !report.HasErrorAt($"{path}.listen") && !listening.TryAdd(listen, path))
            {
                Report($"{path}.listen", $"{listening[listen]} listens on {listen} already.", "Give each door an address or port of its own.");
            }
        }
    }

    private void CheckListen(SocksDoorOptions door, string path)
    {
        string listen = $"{path}.listen";
        if (door.Listen is not (IPEndPoint or UnixDomainSocketEndPoint))
        {
            Report(listen, "That is not where this machine can listen.", $"Write {EndPointText.Form}.");
        }

        bool isUnix = door.Listen is UnixDomainSocketEndPoint;
        if (!isUnix && door.AllowedUids.Count > 0 && !report.IsFaulty(listen))
        {
            Report($"{path}.allowedUids", "Only Unix sockets tell which user connects.", "Listen on \"unix:/path\", or remove this key.");
        }

        if (door.Listen is not IPEndPoint ip || IPAddress.IsLoopback(ip.Address) || report.IsFaulty(listen))
        {
            return;
        }

        bool wantsConsent = !door.AllowRemote && !report.IsFaulty($"{path}.allowRemote");
        bool wantsCredentials = door.Credentials.Count == 0 && !report.IsFaulty($"{path}.credentials");
        string? missing = (wantsConsent, wantsCredentials) switch
        {
            (true, true) => "\"allowRemote\": true and \"credentials\": [{ \"user\": \"…\", \"passwordFile\": \"…\" }]",
            (true, false) => "\"allowRemote\": true",
            (false, true) => "\"credentials\": [{ \"user\": \"…\", \"passwordFile\": \"…\" }]",
            _ => null,
        };
        if (missing is not null)
        {
            Report(listen, $"{ip} can be reached from other machines.", $"Listen on 127.0.0.1 or [::1], or on a Unix socket; or, if others shall use this door, add {missing}.");
        }
    }

    private void CheckCredentials(SocksDoorOptions door, string path)
    {
        var users = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < door.Credentials.Count; i++)
        {
            string place = $"{path}.credentials[{i}]";
            if (door.Credentials[i] is not { User: not null } credential || report.IsFaulty(place))
            {
                continue;
            }

            if (Encoding.UTF8.GetByteCount(credential.User) is 0 or > SocksCredentials.MaxLength)
            {
                Report($"{place}.user", "The user name is empty or too long.", "Write 1 to 255 bytes.");
            }
            else if (!users.Add(credential.User))
            {
                Report($"{place}.user", "This user is here twice.", "Keep one of them.");
            }

            CheckPath($"{place}.passwordFile", credential.PasswordFile ?? "", "Write the path of a file whose first line is the password.");
        }
    }

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
            CheckTime($"{path}.connectTimeout", service.ConnectTimeout, mayBeNever: false);
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
            case UnixDomainSocketEndPoint:
                break;
            case IPEndPoint { Port: 0 }:
                Report(place, "A target has a port.", "Write the port that the node listens on, from 1 to 65535.");
                break;
            case IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any):
                Report(place, $"{ip.Address} is where to listen, not where to connect.", $"Write 127.0.0.1:{ip.Port}, and have the node listen there alone.");
                break;
            case IPEndPoint:
                break;
            default:
                Report(place, "A target is never resolved by name.", $"Write {EndPointText.Form}.");
                return;
        }

        // Whoever visits the service would use the overlays as this operator.
        if (options.Socks.Any(d => d is not null && IsSame(d.Listen, target)))
        {
            Report(place, $"{EndPointText.Format(target)} is the gateway's own SOCKS door: every visitor could dial through it.", "Write the end point of the node that shall be published.");
        }
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

        CheckServiceOptions(service, $"{path}.options", seen);
    }

    private void CheckServiceOptions(ServiceOptions service, string path, HashSet<string> on)
    {
        foreach ((string transport, object section) in service.Options)
        {
            string place = ConfigurationNode.PathOf(path, transport);
            if (!catalog.TryGet(transport, out ITransportFactory? factory))
            {
                Report(place, $"There is no transport \"{ConfigurationNode.Quotable(transport)}\".", Spelling.Advice(transport, [.. catalog.Factories.Keys]));
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

    private void CheckClearnet(string path, string? transport)
    {
        if (transport is not null && !report.IsFaulty(path))
        {
            CheckEnabled(path, transport);
        }
    }

    private bool CheckEnabled(string path, string transport)
    {
        if (_enabled.Contains(transport))
        {
            return true;
        }

        if (catalog.TryGet(transport, out _))
        {
            Report(path, $"The transport \"{transport}\" is not enabled.", $"Write \"{transport}\": {{}} into \"transports\".");
        }
        else
        {
            Report(path, $"There is no transport \"{ConfigurationNode.Quotable(transport)}\".", Spelling.Advice(transport, [.. catalog.Factories.Keys]));
        }

        return false;
    }

    private void CheckPath(string path, string value, string advice)
    {
        string? reason = value switch
        {
            "" => "The path is empty.",
            ['~', ..] => "\"~\" means something to the shell alone.",
            _ when value.Contains('\0', StringComparison.Ordinal) => "A path has no NUL in it.",
            _ => null,
        };
        if (reason is not null)
        {
            Report(path, reason, advice);
        }
    }

    private void CheckName(string path, string name, string what)
    {
        // These names are file names in the key folder.
        if (name.Length is 0 or > MaxNameLength || name[0] == '.' || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
        {
            Report(path, $"\"{ConfigurationNode.Quotable(name)}\" cannot name {(what == "identity" ? "an" : "a")} {what}.", $"Write lower case letters, digits, dashes, dots and underscores, at most {MaxNameLength}, not starting with a dot.");
        }
    }

    private void CheckTime(string path, TimeSpan value, bool mayBeNever, bool mayBeZero = false)
    {
        bool valid = value == Timeout.InfiniteTimeSpan
            ? mayBeNever
            : (value > TimeSpan.Zero || (mayBeZero && value == TimeSpan.Zero)) && value <= LongestTimer;
        if (!valid)
        {
            string never = mayBeNever ? ", or \"never\"" : "";
            Report(path, $"\"{TimeSpanConverter.Format(value)}\" is not possible here.", $"Write {(mayBeZero ? "at least \"0s\"" : "more than \"0s\"")} and at most \"30d\"{never}.");
        }
    }

    // What could not be read was reported with its own reason; a rule about it would only repeat that.
    private void Report(string path, string reason, string advice)
    {
        if (!report.HasErrorAt(path))
        {
            report.Add(path, reason, advice);
        }
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal).Select(n => $"\"{n}\""));
}
