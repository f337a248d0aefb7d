using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>The rules of SOCKS doors.</summary>
internal sealed partial class GatewayRules
{
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
            CheckDialAs(door.DialAs, path);
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
}
