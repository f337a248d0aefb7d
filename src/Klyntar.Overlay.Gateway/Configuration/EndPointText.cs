using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Gateway;

/// <summary>
/// End points as text: of this machine <c>127.0.0.1:5666</c>, <c>[::1]:5666</c> or <c>unix:/path</c>, and for the targets of services a name on
/// an overlay and its port too. Names are never resolved.
/// </summary>
public static class EndPointText
{
    /// <summary>What an end point looks like, as the end of a sentence.</summary>
    internal const string Form = "an IP address and port such as \"127.0.0.1:7332\" or \"[::1]:7332\", or \"unix:/path\"";

    /// <summary>The same for the target of a service.</summary>
    internal const string TargetForm = Form + ", or a name on an overlay and its port such as \"….b32.i2p:7332\"";

    internal const string Pattern = $"^({Machine})$";

    internal const string TargetPattern = $"^({Machine}|{Name})$";

    private const string Machine = @"unix:/.+|[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}|\[[0-9A-Fa-f:.]+(%[0-9A-Za-z]+)?\]:[0-9]{1,5}";

    private const string Name = @"[0-9A-Za-z_.-]*[A-Za-z_-][0-9A-Za-z_.-]*:[0-9]{1,5}";

    private const string UnixPrefix = "unix:";

    // sun_path is 108 bytes with a final NUL on Linux and 104 on macOS and the BSDs.
    private static readonly int MaxUnixPath = OperatingSystem.IsLinux() ? 107 : 103;

    /// <summary>Reads an end point.</summary>
    /// <param name="text">The text.</param>
    /// <param name="endPoint">The end point, where it is valid.</param>
    /// <param name="why">Else what is wrong, as a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out EndPoint? endPoint, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        endPoint = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return TryParseUnix(text[UnixPrefix.Length..], out endPoint, out why);
        }

        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        bool bracketed = host is ['[', .., ']'];
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? address)
            || bracketed != (address.AddressFamily == AddressFamily.InterNetworkV6)
            // "127.1" and "0x7f.0.0.1" are addresses too, to some; a configuration says what it means.
            || (!bracketed && address.ToString() != host))
        {
            why = host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && host.Any(char.IsAsciiLetter)
                ? "A name is not accepted here, since the gateway never resolves names."
                : "That is no IP address and port.";
            return false;
        }

        if (!TryParsePort(text, colon, out int port))
        {
            why = "The port is missing or is no number from 0 to 65535.";
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        why = null;
        return true;
    }

    /// <summary>Reads the target of a service: an end point as <see cref="TryParse"/> does, or a name on an overlay and its port.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">The target, where it is valid; of a name a <see cref="DnsEndPoint"/>, which is for the router and no resolver.</param>
    /// <param name="why">Else what is wrong, as a sentence.</param>
    public static bool TryParseTarget(string text, [NotNullWhen(true)] out EndPoint? target, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal) || HostKinds.Of(host) != HostKind.Name)
        {
            return TryParse(text, out target, out why);
        }

        target = TryParsePort(text, colon, out int port) && port > 0 ? new DnsEndPoint(host, port) : null;
        why = target is null ? "The port is missing or is no number from 1 to 65535." : null;
        return target is not null;
    }

    /// <summary>Writes an end point in the form that <see cref="TryParseTarget"/> reads.</summary>
    public static string Format(EndPoint endPoint) => endPoint switch
    {
        null => throw new ArgumentNullException(nameof(endPoint)),
        UnixDomainSocketEndPoint unix => UnixPrefix + unix,
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}"),
        _ => endPoint.ToString()!,
    };

    /// <summary>Makes the end point of a Unix socket.</summary>
    /// <exception cref="OverlayException">The path is too long for a socket.</exception>
    internal static UnixDomainSocketEndPoint Unix(string path) =>
        Encoding.UTF8.GetByteCount(path) <= MaxUnixPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new OverlayException($"The path {path} is too long for a Unix socket, which may have {MaxUnixPath} bytes. Choose a shorter data folder.");

    private static bool TryParsePort(string text, int colon, out int port)
    {
        port = 0;
        return colon >= 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;
    }

    private static bool TryParseUnix(string path, out EndPoint? endPoint, [NotNullWhen(false)] out string? why)
    {
        endPoint = null;
        why = path switch
        {
            not ['/', _, ..] => "The path of a Unix socket is absolute.",
            _ when path.Contains('\0', StringComparison.Ordinal) => "A path has no NUL in it.",
            _ when Encoding.UTF8.GetByteCount(path) > MaxUnixPath => $"The path of a Unix socket has at most {MaxUnixPath} bytes.",
            _ => null,
        };
        if (why is null)
        {
            endPoint = new UnixDomainSocketEndPoint(path);
        }

        return why is null;
    }
}
