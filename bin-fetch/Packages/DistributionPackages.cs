using System.Collections.Concurrent;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Programs from the distribution's packages (Debian, Ubuntu and their like), unpacked into the user's cache. Never installed: that would start a daemon that dials out.</summary>
internal sealed class DistributionPackages : IProgramSource
{
    private readonly HelperProgramOptions _options;
    private readonly ConcurrentDictionary<string, bool> _checked = new(StringComparer.Ordinal);

    public DistributionPackages(HelperProgramOptions options) => _options = options;

    public async ValueTask<Found> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (KnownProgram.ByName(name) is not { } wanted)
        {
            return Found.Nowhere($"no package is known that has {name}");
        }

        try
        {
            Workshop workshop = new(_options, wanted);
            if (await CachedAsync(workshop, wanted, cancellationToken).ConfigureAwait(false) is { } cached)
            {
                return Found.At(cached.Program(wanted.File)!);
            }

            if (!_options.MayObtain)
            {
                return Found.Nowhere($"not obtained before in {workshop.Cache.Path}, and obtaining it is not allowed here");
            }

            if (!workshop.Apt.Exists)
            {
                return Found.Nowhere("no package can be obtained, for this system has no apt-get and dpkg");
            }

            return Found.At((await ObtainAsync(workshop, wanted, renew: false, cancellationToken).ConfigureAwait(false)).Program);
        }
        catch (OverlayException error)
        {
            return Found.Nowhere(error.Message.TrimEnd('.'));
        }
    }

    /// <summary>Obtains the newest version.</summary>
    /// <exception cref="OverlayException">It could not.</exception>
    public async ValueTask<FetchedProgram> FetchAsync(string name, CancellationToken cancellationToken)
    {
        KnownProgram wanted = KnownProgram.ByName(name)
            ?? throw new OverlayException($"{name} cannot be obtained: no package is known that has it. {KnownProgram.NextSteps(name)}");
        Workshop workshop = new(_options, wanted);
        return workshop.Apt.Exists
            ? await ObtainAsync(workshop, wanted, renew: true, cancellationToken).ConfigureAwait(false)
            : throw new OverlayException($"{name} cannot be obtained: this system has no apt-get and dpkg. Install {name} by the system's own means{(wanted.Setting is null ? "" : $", or set {wanted.Setting} to its path")}.");
    }

    private async ValueTask<FetchedProgram> ObtainAsync(Workshop workshop, KnownProgram wanted, bool renew, CancellationToken cancellationToken)
    {
        workshop.Cache.Make("packages");
        using IDisposable held = await workshop.Cache.LockAsync(_options.Progress, cancellationToken).ConfigureAwait(false);

        // Whoever held the lock before may have obtained it.
        UnpackedPackage? cached = await CachedAsync(workshop, wanted, cancellationToken).ConfigureAwait(false);
        if (cached is not null && !renew)
        {
            return new FetchedProgram(cached.Program(wanted.File)!, cached.Version, IsNew: false);
        }

        string folder = workshop.Packages.BeginUnpacking();
        try
        {
            string downloads = Directory.CreateDirectory(Path.Combine(folder, "downloads")).FullName;
            await DownloadAsync(workshop, wanted, downloads, renew, cancellationToken).ConfigureAwait(false);
            string version = await VersionAsync(workshop, wanted, downloads, cancellationToken).ConfigureAwait(false);
            if (cached?.Version == version)
            {
                return new FetchedProgram(cached.Program(wanted.File)!, version, IsNew: false);
            }

            return await UnpackAsync(workshop, wanted, folder, downloads, version, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            workshop.Apt.Forget();
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Downloads by the system's lists where there are any and they still hold; else by lists of our own, brought up to date.</summary>
    private async ValueTask DownloadAsync(Workshop workshop, KnownProgram wanted, string downloads, bool renew, CancellationToken cancellationToken)
    {
        if (!renew && workshop.Apt.HasSystemLists
            && await TryDownloadAsync(workshop, wanted, downloads, ownLists: false, cancellationToken).ConfigureAwait(false) is null)
        {
            return;
        }

        _options.Progress?.Report("reading the package mirror's lists");
        CommandResult update = await workshop.Apt.UpdateAsync(cancellationToken).ConfigureAwait(false);

        // One mirror of several may fail: what counts is whether the package can be had.
        if (await TryDownloadAsync(workshop, wanted, downloads, ownLists: true, cancellationToken).ConfigureAwait(false) is { } why)
        {
            string lists = update.Complaint is { } complaint ? $"; reading the package mirror's lists: {complaint.TrimEnd('.')}" : "";
            throw new OverlayException($"The {workshop.Distribution.Name} package {wanted.Package} cannot be obtained: {why}{lists}.");
        }
    }

    /// <summary>Null where it worked, or why not.</summary>
    private async ValueTask<string?> TryDownloadAsync(Workshop workshop, KnownProgram wanted, string downloads, bool ownLists, CancellationToken cancellationToken)
    {
        _options.Progress?.Report($"looking for the {workshop.Distribution.Name} package {wanted.Package}");
        CommandResult simulation = await workshop.Apt.SimulateAsync(wanted.Package, ownLists, cancellationToken).ConfigureAwait(false);

        // Apt refuses to plan on a system with broken packages; the program's own package may be all that is needed.
        PackagePlan plan = PackagePlan.Parse(wanted.Package, simulation.Succeeded ? simulation.Lines : [], bringsCLibrary: wanted.Release is not null);
        _options.Progress?.Report(plan.Packages.Count switch
        {
            1 => $"downloading {plan.Packages[0]}",
            2 => $"downloading {plan.Packages[0]} and a library",
            int count => $"downloading {plan.Packages[0]} and {count - 1} libraries",
        });
        CommandResult download = await workshop.Apt.DownloadAsync(plan.Packages, downloads, ownLists, cancellationToken).ConfigureAwait(false);
        return download.Succeeded ? null : download.Why.TrimEnd('.');
    }

    private static async ValueTask<string> VersionAsync(Workshop workshop, KnownProgram wanted, string downloads, CancellationToken cancellationToken)
    {
        string file = Directory.EnumerateFiles(downloads, $"{wanted.Package}_*.deb").FirstOrDefault()
            ?? throw new OverlayException($"The package {wanted.Package} cannot be obtained: apt-get reports success and left no file in {downloads}.");
        CommandResult field = await workshop.Apt.FieldAsync(file, "Version", cancellationToken).ConfigureAwait(false);
        return field is { Succeeded: true, Lines: [{ Length: > 0 and < 200 } version, ..] } && version.All(c => char.IsAsciiLetterOrDigit(c) || ".+:~-".Contains(c, StringComparison.Ordinal))
            ? version
            : throw new OverlayException($"The package {wanted.Package} cannot be read: {field.Why}. Try again, and check the package mirror.");
    }

    private async ValueTask<FetchedProgram> UnpackAsync(Workshop workshop, KnownProgram wanted, string folder, string downloads, string version, CancellationToken cancellationToken)
    {
        _options.Progress?.Report($"unpacking {wanted.Package} {version}");
        string root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        foreach (string file in Directory.EnumerateFiles(downloads, "*.deb"))
        {
            CommandResult unpacked = await workshop.Apt.UnpackAsync(file, root, cancellationToken).ConfigureAwait(false);
            if (!unpacked.Succeeded)
            {
                throw new OverlayException($"{Path.GetFileName(file)} cannot be unpacked into {root}: {unpacked.Why}. Check that the disk has room.");
            }
        }

        if (wanted.Release is not null)
        {
            OwnLoader.Write(root, wanted.File);
        }

        UnpackedPackage package = UnpackedPackage.Describe(root, wanted.Package, version, workshop.Distribution.Name, _options.Clock.GetUtcNow());
        if (await FaultAsync(package, wanted, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            throw new OverlayException($"The {workshop.Distribution.Name} package {wanted.Package} {version} was obtained and does not work here: {fault}.");
        }

        UnpackedPackage published = workshop.Packages.Publish(package);
        return new FetchedProgram(published.Program(wanted.File)!, version, IsNew: true);
    }

    /// <summary>The copy in the cache, where it is whole and runs.</summary>
    private async ValueTask<UnpackedPackage?> CachedAsync(Workshop workshop, KnownProgram wanted, CancellationToken cancellationToken)
    {
        if (workshop.Packages.Newest(wanted.Package) is not { } cached || cached.Program(wanted.File) is null)
        {
            return null;
        }

        string key = $"{cached.Folder}:{cached.Obtained}:{wanted.Name}";
        if (!_checked.ContainsKey(key) && await FaultAsync(cached, wanted, cancellationToken).ConfigureAwait(false) is not null)
        {
            return null;
        }

        _checked.TryAdd(key, true);
        return cached;
    }

    private async ValueTask<string?> FaultAsync(UnpackedPackage package, KnownProgram wanted, CancellationToken cancellationToken) =>
        package.Program(wanted.File) is { } program
            ? (await ProgramVersion.AskAsync(program, wanted, _options.Clock, cancellationToken).ConfigureAwait(false)).Fault
            : $"it has no program {wanted.File}";

    /// <summary>The tools for one look-up.</summary>
    private sealed class Workshop
    {
        public Workshop(HelperProgramOptions options, KnownProgram wanted)
        {
            Cache = CacheFolder.For(options);
            Distribution = wanted.Release is { } release ? Distribution.Of(release) : Distribution.Current();
            Packages = new PackageCache(Cache, Distribution);
            Apt = new Apt(options, Cache, wanted.Release is { } other ? new OtherRelease(other, options, Cache) : null);
        }

        public CacheFolder Cache { get; }

        public Distribution Distribution { get; }

        public PackageCache Packages { get; }

        public Apt Apt { get; }
    }
}
