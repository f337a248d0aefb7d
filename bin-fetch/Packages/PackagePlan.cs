using System.Text.RegularExpressions;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Which packages a program needs: its own, and the libraries that are not installed.</summary>
/// <param name="Packages">As apt-get download takes them: <c>name=version</c>, or a name for the newest.</param>
internal sealed partial record PackagePlan(IReadOnlyList<string> Packages)
{
    // Far above what any of our programs needs, even where nothing at all is installed.
    private const int PackageLimit = 200;

    /// <summary>Reads what <c>apt-get --simulate install</c> would do.</summary>
    /// <param name="package">The program's own package, wanted also where it is installed already.</param>
    /// <param name="simulation">Its output.</param>
    /// <param name="bringsCLibrary">Whether the program runs with its own C library, and so with that one's loader.</param>
    public static PackagePlan Parse(string package, IEnumerable<string> simulation, bool bringsCLibrary = false)
    {
        string own = package;
        List<string> libraries = [];
        foreach (string line in simulation)
        {
            Match match = Install().Match(line);
            if (!match.Success)
            {
                continue;
            }

            string name = match.Groups["name"].Value;
            string exact = $"{name}={match.Groups["version"].Value}";
            if (name == package)
            {
                own = exact;
            }
            else if (IsSharedLibrary(name, bringsCLibrary) && libraries.Count < PackageLimit)
            {
                libraries.Add(exact);
            }
        }

        return new PackagePlan([own, .. libraries]);
    }

    // What else a package depends on serves its daemon: users, init scripts, configuration questions. A shared
    // library's package carries its ABI number in its name (Debian policy 8.1). The C library must be the one that
    // the loader belongs to.
    private static bool IsSharedLibrary(string name, bool bringsCLibrary) =>
        SharedLibrary().IsMatch(name) && (bringsCLibrary || !name.StartsWith("libc6", StringComparison.Ordinal)) && !name.EndsWith("-perl", StringComparison.Ordinal);

    // Inst libevent-2.1-7 [2.1.11-1] (2.1.12-stable-8 Debian:12.15/oldstable [amd64])
    [GeneratedRegex(@"^Inst (?<name>[a-z0-9][a-z0-9+.-]{1,99})(?: \[[^\]]{1,200}\])? \((?<version>[A-Za-z0-9.+:~-]{1,200}) ")]
    private static partial Regex Install();

    [GeneratedRegex("^(?:lib.*[0-9].*|zlib1g)$")]
    private static partial Regex SharedLibrary();
}
