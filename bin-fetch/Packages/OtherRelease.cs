namespace Klyntar.Overlay.BinFetch;

/// <summary>Has apt look at another release of Debian than this machine's: on the mirror that the machine uses, with lists of its own, and as if nothing were installed.</summary>
internal sealed class OtherRelease(string name, HelperProgramOptions options, CacheFolder cache)
{
    /// <summary>Where its lists are, in apt's folder of the cache.</summary>
    public string ListFolder => $"lists-{name}";

    /// <summary>Whether the sources are written.</summary>
    public bool IsPrepared { get; private set; }

    private string SourceFile => Path.Combine(cache.Make("apt"), $"{name}.list");

    private string StatusFile => Path.Combine(cache.Make("apt"), $"{name}.status");

    /// <summary>What makes apt see it in the machine's place.</summary>
    public IReadOnlyList<string> AptOptions =>
    [
        $"Dir::Etc::SourceList={SourceFile}",
        "Dir::Etc::SourceParts=/dev/null",
        "Dir::Etc::Preferences=/dev/null",
        "Dir::Etc::PreferencesParts=/dev/null",
        $"Dir::State::status={StatusFile}",
    ];

    /// <summary>Writes the sources.</summary>
    /// <param name="repositories">The addresses of the repositories that the machine uses.</param>
    /// <exception cref="OverlayException">None of them is Debian's, or the machine has not Debian's key.</exception>
    public void Prepare(IEnumerable<string> repositories)
    {
        string mirror = repositories.FirstOrDefault(IsDebian)
            ?? throw new OverlayException($"Packages of Debian {name} cannot be obtained: no package source of this system is Debian's.");
        if (!File.Exists(options.DebianKeyring))
        {
            throw new OverlayException($"Packages of Debian {name} cannot be verified: {options.DebianKeyring} does not exist. Install debian-archive-keyring.");
        }

        File.WriteAllText(SourceFile, $"deb [signed-by={options.DebianKeyring}] {mirror} {name} main\n");
        File.WriteAllText(StatusFile, "");
        IsPrepared = true;
    }

    private static bool IsDebian(string repository) =>
        Uri.TryCreate(repository, UriKind.Absolute, out Uri? uri) && uri.AbsolutePath.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal) && !repository.AsSpan().ContainsAny(" \t[]");
}
