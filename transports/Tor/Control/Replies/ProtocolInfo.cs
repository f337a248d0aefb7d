using System.Collections.Frozen;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What a control port says of itself.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#protocolinfo">control-spec, section 3.21</a>:
/// <code>
/// "250-PROTOCOLINFO" SP PIVERSION CRLF *InfoLine "250 OK" CRLF
/// AuthLine    = "250-AUTH" SP "METHODS=" AuthMethod *("," AuthMethod) *(SP "COOKIEFILE=" AuthCookieFile) CRLF
/// VersionLine = "250-VERSION" SP "Tor=" TorVersion OptArguments CRLF
/// </code>
/// </remarks>
/// <param name="Methods">Authentication methods, such as SAFECOOKIE; unknown ones included.</param>
/// <param name="CookieFile">The path of the cookie file, or null.</param>
/// <param name="Version">Tor's version, or null.</param>
internal sealed record ProtocolInfo(FrozenSet<string> Methods, string? CookieFile, string? Version)
{
    public static ProtocolInfo? TryParse(ControlMessage message)
    {
        if (!message.IsSuccess || message.Lines[0].Text != "PROTOCOLINFO 1")
        {
            return null;
        }

        FrozenSet<string>? methods = null;
        string? cookieFile = null;
        string? version = null;
        foreach (ControlLine line in message.Lines)
        {
            if (line.Text.StartsWith("AUTH ", StringComparison.Ordinal))
            {
                if (!ControlArguments.TryParse(line.Text.AsSpan(5), out ControlArguments? auth) || auth["METHODS"] is not { } list)
                {
                    return null;
                }

                methods = list.Split(',').ToFrozenSet(StringComparer.Ordinal);
                cookieFile = auth["COOKIEFILE"] is { } path ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path)) : null;
            }
            else if (line.Text.StartsWith("VERSION Tor=", StringComparison.Ordinal))
            {
                ReadOnlySpan<char> quoted = line.Text.AsSpan("VERSION Tor=".Length);
                version = ControlText.Unquote(ref quoted);
            }
        }

        return methods is null ? null : new ProtocolInfo(methods, cookieFile, version);
    }
}
