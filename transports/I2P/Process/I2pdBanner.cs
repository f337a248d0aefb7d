using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The first line of i2pd's log, which tells its version: <c>i2pd v2.56.0 (0.9.65) starting...</c>.</summary>
internal static partial class I2pdBanner
{
    /// <summary>The version that a line tells, or null where it is another line.</summary>
    public static Version? TryParse(string line) =>
        Shape().Match(line) is { Success: true } match ? Version.Parse(match.Groups["version"].ValueSpan) : null;

    [GeneratedRegex(@" - i2pd v(?<version>[0-9]{1,4}\.[0-9]{1,4}(\.[0-9]{1,4})?)\b.* starting", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
