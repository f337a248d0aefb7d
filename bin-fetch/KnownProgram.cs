namespace Klyntar.Overlay.BinFetch;

/// <summary>A program that we know how to obtain.</summary>
/// <param name="Name">The program's name.</param>
/// <param name="Package">The package of Debian and Ubuntu that has it.</param>
/// <param name="VersionArguments">What makes it print its version and nothing else, without the network; empty where nothing does.</param>
/// <param name="Setting">The setting that names its path.</param>
internal sealed record KnownProgram(string Name, string Package, string[] VersionArguments, string? Setting)
{
    private static readonly KnownProgram[] All =
    [
        new("tor", "tor", ["--version"], "transports.tor.program"),
        new("tor-gencert", "tor", [], null),
        new("obfs4proxy", "obfs4proxy", ["--version"], "transports.tor.pluggableTransports.obfs4"),
        new("i2pd", "i2pd", ["--version"], "transports.i2p.program"),
        new("i2pd-trixie", "i2pd", ["--version"], null) { File = "i2pd", Release = "trixie" },
    ];

    /// <summary>The file's name in the package.</summary>
    public string File { get; private init; } = Name;

    /// <summary>The release of Debian that it is taken from, whichever release this machine runs; null for this machine's own.</summary>
    public string? Release { get; private init; }

    /// <summary>The program of that name, or null.</summary>
    public static KnownProgram? ByName(string name) => Array.Find(All, program => program.Name == name);

    /// <summary>Whether a name can be a program's: no path, no option, nothing for a terminal to mistake.</summary>
    public static bool IsName(string name) =>
        name is { Length: > 0 and <= 64 }
        && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_');

    /// <summary>What the operator can do where it is missing.</summary>
    public static string NextSteps(string name)
    {
        KnownProgram? known = ByName(name);
        if (known is null)
        {
            return $"Install {name}, or put it on PATH.";
        }

        if (known.Release is not null)
        {
            return $"Only Debian has it, and only trials and tests ask for it: {known.File} does for everything else.";
        }

        string configure = known.Setting is null ? "" : $", or set {known.Setting} to its path";
        return $"Obtain it without installing (klyntar-overlay fetch {name}), or install it (apt install {known.Package}){configure}.";
    }
}
