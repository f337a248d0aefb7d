using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>
/// A name on an overlay as people write it: <c>HOST</c> or <c>HOST:PORT</c>, perhaps with <c>?QUERY</c> behind it, which is the overlay's alone, and as a URI, whose scheme is the
/// overlay's name: <c>OVERLAY://HOST:PORT/?QUERY</c>. A client of SOCKS, whose names have 255 bytes, may
/// give <c>HOST?QUERY</c>; over HTTP, where what precedes the port is a host, it has no queries.
/// </summary>
/// <param name="Host">The host, as it was written.</param>
/// <param name="Port">The port; null where none was written.</param>
/// <param name="Query">What follows the question mark, of printable ASCII; null where there is none.</param>
/// <param name="Overlay">The scheme; null where none was written.</param>
internal readonly record struct WrittenName(string Host, int? Port, string? Query = null, string? Overlay = null)
{
    /// <summary>The longest query, and the longest that goes with a dial over the dial socket (<see cref="AdminSockets"/>).</summary>
    public const int MostQuery = 440;

    // A name of a transport is no longer.
    private const int MostScheme = 32;

    private const string SchemeEnd = "://";

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Whether it says more than a host and a port.</summary>
    public bool IsExtended => Query is not null || Overlay is not null;

    /// <summary>The name without its port, as <see cref="TryParse"/> reads it.</summary>
    public string WithoutPort => $"{(Overlay is null ? "" : Overlay + SchemeEnd)}{Host}{(Query is null ? "" : "?" + Query)}";

    /// <summary>Reads a name. What the host itself may be is for others to say. Total: any string gives an answer.</summary>
    /// <param name="text">The name.</param>
    /// <param name="name">The name, where it is one.</param>
    /// <param name="why">Else what is wrong, as a sentence that does not repeat the text.</param>
    public static bool TryParse(string text, out WrittenName name, [NotNullWhen(false)] out string? why)
    {
        name = default;
        string? overlay = null;
        string? query = null;
        string host = text;
        int question = host.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            query = host[(question + 1)..] is { Length: > 0 } asked ? asked : null;
            host = host[..question];
        }

        int scheme = host.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            overlay = host[..scheme];
            host = host[(scheme + SchemeEnd.Length)..];
            if (overlay.Length is 0 or > MostScheme || overlay.AsSpan().ContainsAnyExcept(SchemeCharacters))
            {
                why = "What precedes \"://\" is no name of an overlay.";
                return false;
            }
        }

        if (query is not null && (query.Length > MostQuery || query.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            why = $"What follows the question mark is longer than {MostQuery} characters, or has others than those of a URI.";
            return false;
        }

        // The path of a URI without one.
        if ((overlay is not null || question >= 0) && host.EndsWith('/'))
        {
            host = host[..^1];
        }

        int? port = null;
        int colon = host.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > IPEndPoint.MaxPort)
            {
                why = "What follows the colon is no port from 1 to 65535.";
                return false;
            }

            port = number;
            host = host[..colon];
        }

        name = new WrittenName(host, port, query, overlay);
        why = null;
        return true;
    }
}
