using System.Globalization;
using System.Net;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>What <c>--expose</c> says: a virtual port and the target it leads to.</summary>
/// <param name="Port">The virtual port.</param>
/// <param name="Target">An IP end point or a Unix socket, or a name on an overlay and its port.</param>
internal sealed record ExposedPort(int Port, EndPoint Target)
{
    public const string Forms = "7332, 80:7332, 80:127.0.0.1:7332, 80:unix:/path or 80:….b32.i2p:7332";

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="OverlayException">It is none of them.</exception>
    public static ExposedPort Parse(string text)
    {
        // Several ports may follow the option, and so a misspelt one after them is taken for a port.
        if (text.StartsWith("--", StringComparison.Ordinal))
        {
            throw new OverlayException($"There is no option {text}. 'klyntar-overlay up --help' shows what there is.");
        }

        string[] parts = text.Split(':', 2);
        if (!TryPort(parts[0], out int port))
        {
            throw Malformed(text, $"\"{parts[0]}\" is no port from 1 to 65535.");
        }

        if (TryPort(parts[^1], out int localPort))
        {
            return new ExposedPort(port, new IPEndPoint(IPAddress.Loopback, localPort));
        }

        if (!EndPointText.TryParseTarget(parts[^1], out EndPoint? target, out string? why))
        {
            throw Malformed(text, why);
        }

        return target is IPEndPoint { Port: 0 }
            ? throw Malformed(text, "A target's port is from 1 to 65535.")
            : new ExposedPort(port, target);
    }

    private static OverlayException Malformed(string text, string why) => new($"--expose {text}: {why} Write it as in {Forms}.");

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;
}
