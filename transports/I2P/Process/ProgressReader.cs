using System.Globalization;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Reads one run's progress from the lines of i2pd's log.</summary>
internal sealed partial class ProgressReader
{
    private const string RouterAdded = "NetDb: RouterInfo added: ";
    private const string NobodyKnown = "reseed seems to be totally failed";
    private const string ServersFailed = "Reseed: Failed to reseed from servers after";
    private const string NoCertificates = "Reseed: Can't load reseed certificates from";

    private readonly StatusSource<RouterProgress> _status = new(RouterProgress.None);
    private bool _lacksCertificates;

    public IStatus<RouterProgress> Status => _status;

    /// <summary>Reads a line's text. One line at a time.</summary>
    public void OnLine(string text)
    {
        RouterProgress now = _status.Current;
        if (text.StartsWith(RouterAdded, StringComparison.Ordinal))
        {
            _status.Set(now with { KnownRouters = now.KnownRouters + 1, Trouble = null });
        }
        else if (Loaded().Match(text) is { Success: true } loaded)
        {
            _status.Set(now with { KnownRouters = Number(loaded) });
        }
        else if (Deleted().Match(text) is { Success: true } deleted)
        {
            _status.Set(now with { KnownRouters = Math.Max(0, now.KnownRouters - Number(deleted)) });
        }
        else if (TunnelBuilt().IsMatch(text))
        {
            _status.Set(now with { BuiltTunnels = now.BuiltTunnels + 1, Trouble = null });
        }
        else if (text.StartsWith(NoCertificates, StringComparison.Ordinal))
        {
            _lacksCertificates = true;
        }
        else if (now.KnownRouters == 0 && (text.StartsWith(ServersFailed, StringComparison.Ordinal) || text.Contains(NobodyKnown, StringComparison.Ordinal)))
        {
            _status.Set(now with
            {
                Trouble = _lacksCertificates
                    ? "The router knows no others, and cannot verify the servers that would tell of them: i2pd's certificates were not found beside the program. Install i2pd's package whole, or say certsdir=FOLDER in transports.i2p.i2pdConf."
                    : "The router knows no others, and none of the servers that would tell of them answers. Check the network; transports.i2p.i2pdConf takes reseed.proxy and reseed.urls.",
            });
        }
    }

    private static int Number(Match match) => int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // NetDb: 52 routers loaded (12 floodfils)
    [GeneratedRegex(@"^NetDb: (?<number>[0-9]{1,8}) routers loaded", RegexOptions.CultureInvariant)]
    private static partial Regex Loaded();

    [GeneratedRegex(@"^NetDb: Deleting (?<number>[0-9]{1,8}) unreachable routers", RegexOptions.CultureInvariant)]
    private static partial Regex Deleted();

    [GeneratedRegex(@"^Tunnel: (Inbound|Outbound) tunnel [0-9]{1,20} has been created", RegexOptions.CultureInvariant)]
    private static partial Regex TunnelBuilt();
}
