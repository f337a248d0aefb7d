using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Reads where tor takes dials: <c>GETINFO net/listeners/socks</c>, quoted strings with a space between.</summary>
/// <remarks><a href="https://spec.torproject.org/control-spec/commands.html#getinfo">control-spec, section 3.9</a>.</remarks>
internal static class SocksListeners
{
    public const string InfoKey = "net/listeners/socks";

    // Nobody opens more; and each may be tried.
    private const int Most = 16;
    private const string UnixPrefix = "unix:";

    /// <summary>The listeners that are end points, in tor's order; none of what cannot be read.</summary>
    public static ImmutableArray<EndPoint> Parse(string? listeners)
    {
        var found = ImmutableArray.CreateBuilder<EndPoint>();
        ReadOnlySpan<char> rest = listeners;
        while (found.Count < Most && ControlText.Unquote(ref rest) is { } text)
        {
            if (EndPointOf(text) is { } endPoint)
            {
                found.Add(endPoint);
            }

            rest = rest.TrimStart(' ');
        }

        return found.ToImmutable();
    }

    private static EndPoint? EndPointOf(string text)
    {
        if (!text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port != 0 ? endPoint : null;
        }

        string path = ControlText.FromUtf8(text[UnixPrefix.Length..].Trim('"'));
        return path.StartsWith('/') && path.Length <= TorFolders.LongestSocketPath && !path.Contains('\0', StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(path) : null;
    }
}
