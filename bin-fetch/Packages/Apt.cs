namespace Klyntar.Overlay.BinFetch;

/// <summary>Debian's package tools, used without touching the system: nothing is installed, and what they write goes to the cache.</summary>
/// <param name="options">Where things are.</param>
/// <param name="cache">What it may write to.</param>
/// <param name="other">The release to look at in the place of the machine's own, or null.</param>
internal sealed class Apt(HelperProgramOptions options, CacheFolder cache, OtherRelease? other)
{
    private static readonly TimeSpan UpdateLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LocalLimit = TimeSpan.FromMinutes(1);

    // Hooks of the system's configuration are for the system's own installations. The indices are for desktops.
    private const string Configuration =
        """
        #clear APT::Update::Pre-Invoke;
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;
        #clear DPkg::Pre-Invoke;
        #clear DPkg::Post-Invoke;
        #clear DPkg::Pre-Install-Pkgs;
        #clear Acquire::IndexTargets::deb::DEP-11;
        #clear Acquire::IndexTargets::deb::CNF;
        #clear Acquire::IndexTargets::deb::Contents-deb;
        Dir::Cache::pkgcache "pkgcache.bin";
        Dir::Cache::srcpkgcache "srcpkgcache.bin";
        Acquire::Languages "none";
        Acquire::Retries "1";
        Acquire::http::Timeout "20";
        Acquire::https::Timeout "20";
        Acquire::AllowInsecureRepositories "false";
        APT::Get::AllowUnauthenticated "false";
        APT::Sandbox::User "root";

        """;

    private readonly string _get = Path.Combine(options.ToolFolder, "apt-get");
    private readonly string _deb = Path.Combine(options.ToolFolder, "dpkg-deb");

    /// <summary>Whether this machine has the tools.</summary>
    public bool Exists => ExecutableFile.IsAt(_get) && ExecutableFile.IsAt(_deb);

    /// <summary>Whether the system has package lists of the release. A fresh container, or one made slim, has none.</summary>
    public bool HasSystemLists
    {
        get
        {
            try
            {
                return other is null && Directory.EnumerateFiles(options.SystemLists, "*_Packages*").Any();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Brings our own package lists up to date.</summary>
    /// <exception cref="OverlayException">The release is another one, and cannot be had here.</exception>
    public async ValueTask<CommandResult> UpdateAsync(CancellationToken cancellationToken)
    {
        if (other is not null)
        {
            other.Prepare(await RepositoriesAsync(cancellationToken).ConfigureAwait(false));
        }

        return await Get(["update"], "/", UpdateLimit, ownLists: true).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Works out what a package needs.</summary>
    public ValueTask<CommandResult> SimulateAsync(string package, bool ownLists, CancellationToken cancellationToken) =>
        Get(["--simulate", "--no-install-recommends", "install", package], "/", LocalLimit, ownLists).RunAsync(cancellationToken);

    /// <summary>Downloads packages into a folder. Apt verifies them against the mirror's signed lists.</summary>
    public ValueTask<CommandResult> DownloadAsync(IReadOnlyList<string> packages, string folder, bool ownLists, CancellationToken cancellationToken) =>
        Get(["download", .. packages], folder, DownloadLimit, ownLists).RunAsync(cancellationToken);

    /// <summary>Reads a field of a downloaded package.</summary>
    public ValueTask<CommandResult> FieldAsync(string file, string field, CancellationToken cancellationToken) =>
        Deb(["--field", file, field]).RunAsync(cancellationToken);

    /// <summary>Unpacks the files of a downloaded package, without its scripts.</summary>
    public ValueTask<CommandResult> UnpackAsync(string file, string folder, CancellationToken cancellationToken) =>
        Deb(["--extract", file, folder]).RunAsync(cancellationToken);

    /// <summary>Clears away what apt worked out: 60 MB that the next time may be other.</summary>
    public void Forget()
    {
        string derived = Path.Combine(cache.Path, "apt", "cache");
        if (Directory.Exists(derived))
        {
            Directory.Delete(derived, recursive: true);
        }
    }

    /// <summary>The addresses of the repositories that the machine uses, whether or not it has ever read their lists: without the option apt tells of those alone.</summary>
    private async ValueTask<IEnumerable<string>> RepositoriesAsync(CancellationToken cancellationToken) =>
        (await Get(["indextargets", "--no-release-info", "--format", "$(REPO_URI)", "Created-By: Packages"], "/", LocalLimit, ownLists: false).RunAsync(cancellationToken).ConfigureAwait(false)).Lines;

    private Command Get(IReadOnlyList<string> arguments, string folder, TimeSpan limit, bool ownLists)
    {
        string own = cache.Make("apt");
        string archives = cache.Make("apt/cache/archives/partial");
        string configuration = Path.Combine(own, "apt.conf");
        File.WriteAllText(configuration, Configuration);
        List<string> all =
        [
            "--quiet", "--assume-yes", $"--config-file={configuration}",
            "-o", $"Dir::Cache={Path.GetFullPath(Path.Combine(archives, "../.."))}",
            "-o", $"Dir::State::Lists={(ownLists ? Path.GetDirectoryName(cache.Make($"apt/{other?.ListFolder ?? "lists"}/partial")) : options.SystemLists)}",
        ];
        foreach (string option in other is { IsPrepared: true } ? [.. other.AptOptions, .. options.AptOptions] : options.AptOptions)
        {
            all.AddRange(["-o", option]);
        }

        return new Command("apt-get", new HelperProgram(_get, "the system's"), [.. all, .. arguments])
        {
            Limit = limit,
            Clock = options.Clock,
            WorkingDirectory = folder,
            UsesNetwork = true,
        };
    }

    private Command Deb(IReadOnlyList<string> arguments) =>
        new("dpkg-deb", new HelperProgram(_deb, "the system's"), arguments) { Limit = LocalLimit, Clock = options.Clock };
}
