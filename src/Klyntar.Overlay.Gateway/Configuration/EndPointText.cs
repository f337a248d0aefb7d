using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Gateway;

/// <summary>End points of this machine as text: <c>127.0.0.1:5666</c>, <c>[::1]:5666</c> or <c>unix:/path</c>. Names are never resolved, so none is accepted.</summary>
public static class EndPointText
{
    /// <summary>What an end point looks like, as the end of a sentence.</summary>
    internal const string Form = "an IP address and port such as \"127.0.0.1:7332\" or \"[::1]:7332\", or \"unix:/path\"";

    internal const string Pattern = @"^(unix:/.+|[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}|\[[0-9A-Fa-f:.]+(%[0-9A-Za-z]+)?\]:[0-9]{1,5})$";

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

        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > IPEndPoint.MaxPort)
        {
            why = "The port is missing or is no number from 0 to 65535.";
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        why = null;
        return true;
    }

    /// <summary>Writes an end point in the form that <see cref="TryParse"/> reads.</summary>
    public static string Format(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint unix ? UnixPrefix + unix : endPoint?.ToString() ?? throw new ArgumentNullException(nameof(endPoint));

    /// <summary>Makes the end point of a Unix socket.</summary>
    /// <exception cref="OverlayException">The path is too long for a socket.</exception>
    internal static UnixDomainSocketEndPoint Unix(string path) =>
        Encoding.UTF8.GetByteCount(path) <= MaxUnixPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new OverlayException($"The path {path} is too long for a Unix socket, which may have {MaxUnixPath} bytes. Choose a shorter data folder.");

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
