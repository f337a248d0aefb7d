using System.Text.RegularExpressions;

namespace Klyntar.Overlay.BinFetch;

/// <summary>The versions of bundles, which are those of the Tor Browser: <c>15.0.24</c>, <c>16.0a13</c>.</summary>
internal static partial class BundleVersion
{
    /// <summary>Whether a text is one. It becomes part of addresses and paths.</summary>
    public static bool IsVersion(string text) => Version().IsMatch(text);

    [GeneratedRegex(@"^[0-9]{1,4}(\.[0-9]{1,4}){1,3}(a[0-9]{1,4})?\z")]
    private static partial Regex Version();
}
