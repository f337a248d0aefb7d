using System.Collections.Frozen;
using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// Refuses any configuration with which an i2pd could reach beyond this machine. Each sandbox configuration passes here before
/// i2pd sees it: only keys and values that this table knows, only loopback addresses, and never a server to get routers from.
/// </summary>
internal static class I2pdConfGuard
{
    private const int PublicNetwork = 2;

    private static readonly FrozenDictionary<string, Func<string, bool>> Allowed = Table(
        (IsLoopback, ["host", "address4", "sam.address"]),
        (IsPort, ["port", "ntcp2.port", "sam.port"]),
        (static value => IsNumber(value, out int number) && number != PublicNetwork, ["netid"]),
        (static value => value.Length == 0, ["reseed.urls", "reseed.yggurls"]),
        (static value => value == "0", ["reseed.threshold"]),
        (static value => value is ['/', ..] && !value.Contains("//", StringComparison.Ordinal), ["reseed.zipfile"]),
        (IsInsideI2P, ["addressbook.defaulturl", "addressbook.subscriptions"]),
        (static value => value == "false",
        [
            "ipv6", "nat", "reservedrange", "upnp.enabled", "ssu2.enabled", "ssu2.published", "nettime.enabled", "nettime.frompeers", "http.enabled", "httpproxy.enabled",
            "socksproxy.enabled", "bob.enabled", "i2cp.enabled", "i2pcontrol.enabled", "persist.profiles", "persist.addressbook", "reseed.verify",
        ]),
        (static value => value is "true" or "false", ["ipv4", "floodfill", "notransit", "ntcp2.enabled", "ntcp2.published", "sam.enabled"]),
        (static value => IsNumber(value, out _), ["share", "exploratory.inbound.length", "exploratory.outbound.length", "exploratory.inbound.quantity", "exploratory.outbound.quantity"]),
        (static value => value is "X", ["bandwidth"]),
        (static value => value is "stdout", ["log"]),
        (static value => value is "debug" or "info" or "warn" or "error", ["loglevel"]));

    // Those whose defaults lead out, or let somebody in.
    private static readonly string[] Required =
    [
        "netid", "address4", "host", "ipv6", "upnp.enabled", "ssu2.enabled", "reseed.urls", "reseed.yggurls", "nettime.enabled", "addressbook.defaulturl", "addressbook.subscriptions",
    ];

    private static readonly string[] RequiredOfRouters = ["http.enabled", "httpproxy.enabled", "socksproxy.enabled", "sam.address"];

    /// <summary>Checks the whole configuration of a router.</summary>
    /// <exception cref="InvalidOperationException">A line could lead beyond loopback; the message names it.</exception>
    public static void Check(IEnumerable<string> lines) => Check(lines, [.. Required, .. RequiredOfRouters]);

    /// <summary>Checks the lines with which a gateway's own router joins a network.</summary>
    /// <exception cref="InvalidOperationException">A line could lead beyond loopback; the message names it.</exception>
    public static void CheckJoining(IEnumerable<string> lines) => Check(lines, Required);

    private static void Check(IEnumerable<string> lines, IEnumerable<string> required)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? line : line[..equals];

            // From a '#' on i2pd reads no further, and a '[' begins a section.
            Require(line, equals > 0 && !line.AsSpan().ContainsAny('\r', '\n', '\0') && !line.AsSpan().ContainsAny('#', '['), "it is not of the form key=value");
            Require(line, Allowed.TryGetValue(key, out Func<string, bool>? isHarmless), "the key is not known to be harmless");
            Require(line, isHarmless!(line[(equals + 1)..]), "the value is not known to be harmless");
            Require(line, seen.Add(key), "it is said twice");
        }

        foreach (string key in required)
        {
            if (!seen.Contains(key))
            {
                throw new InvalidOperationException($"A sandbox configuration of i2pd was refused: it lacks {key}.");
            }
        }
    }

    // Strict: IPAddress.Parse alone would take "127.1", "0x7f.1" and "2130706433" as well.
    private static bool IsLoopback(string value) =>
        IPAddress.TryParse(value, out IPAddress? address) && address.GetAddressBytes() is [127, _, _, _] && address.ToString() == value;

    private static bool IsPort(string value) => IsNumber(value, out int port) && port is > 0 and <= ushort.MaxValue;

    private static bool IsNumber(string value, out int number) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // Such a name is looked up inside I2P, or not at all.
    private static bool IsInsideI2P(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.UserInfo.Length == 0 && uri.Host.EndsWith(".i2p", StringComparison.Ordinal)
        && value == uri.AbsoluteUri && !value.Contains(',', StringComparison.Ordinal);

    private static void Require(string line, bool holds, string why)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"A sandbox configuration of i2pd was refused: in '{line}' {why}.");
        }
    }

    private static FrozenDictionary<string, Func<string, bool>> Table(params (Func<string, bool> IsHarmless, string[] Keys)[] rows) =>
        rows.SelectMany(row => row.Keys.Select(key => KeyValuePair.Create(key, row.IsHarmless))).ToFrozenDictionary(StringComparer.Ordinal);
}
