using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Cli;

/// <summary>What <c>--expose</c> says: a virtual port and the local target it leads to.</summary>
/// <param name="Port">The virtual port.</param>
/// <param name="Target">An IP end point or a Unix socket.</param>
internal sealed record ExposedPort(int Port, EndPoint Target)
{
    public const string Forms = "7332, 80:7332, 80:127.0.0.1:7332 or 80:unix:/path";

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="OverlayException">It is none of them.</exception>
    public static ExposedPort Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string left = colon < 0 ? text : text[..colon];
        string right = colon < 0 ? text : text[(colon + 1)..];
        if (TryPort(left, out int port) && TryTarget(right, out EndPoint? target))
        {
            return new ExposedPort(port, target!);
        }

        throw new OverlayException($"--expose '{text}' is not a port and a target. Write it as in {Forms}.");
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;

    private static bool TryTarget(string text, out EndPoint? target)
    {
        const string unix = "unix:";
        target = null;
        if (TryPort(text, out int port))
        {
            target = new IPEndPoint(IPAddress.Loopback, port);
        }
        else if (text.StartsWith(unix, StringComparison.Ordinal) && Path.IsPathFullyQualified(text[unix.Length..]))
        {
            target = new UnixDomainSocketEndPoint(text[unix.Length..]);
        }
        else if (IPEndPoint.TryParse(text, out IPEndPoint? ip) && ip.Port != 0)
        {
            target = ip;
        }

        return target is not null;
    }
}
