namespace Klyntar.Overlay.BinFetch;

/// <summary>The unpacked packages of the user's cache, versions side by side. A folder appears there whole, by a rename, or not at all.</summary>
internal sealed class PackageCache(CacheFolder cache, Distribution distribution)
{
    private const string Unfinished = ".unfinished-";

    // A gateway that still runs the one before may look for it again.
    private const int VersionsKept = 2;

    // Another release of the distribution has other libraries.
    private readonly string _relative = Path.Combine("packages", distribution.Key);

    /// <summary>The version of a package that was obtained last and is whole, or null.</summary>
    public UnpackedPackage? Newest(string package) => Versions(package).FirstOrDefault();

    /// <summary>A folder to unpack in. The lock is held.</summary>
    public string BeginUnpacking()
    {
        foreach (string left in Directory.EnumerateDirectories(cache.Make(_relative), Unfinished + "*"))
        {
            Directory.Delete(left, recursive: true);
        }

        return cache.Make(Path.Combine(_relative, $"{Unfinished}{Guid.NewGuid():N}"));
    }

    /// <summary>Puts an unpacked package in its place, in that of a damaged one too, and clears old versions away. The lock is held.</summary>
    public UnpackedPackage Publish(UnpackedPackage package)
    {
        package.Write();
        string place = Path.Combine(cache.Make(_relative), $"{package.Package}_{package.Version.Replace(':', '_')}");
        if (Directory.Exists(place))
        {
            Directory.Move(place, Path.Combine(cache.Make(_relative), $"{Unfinished}{Guid.NewGuid():N}"));
        }

        Directory.Move(package.Folder, place);
        foreach (UnpackedPackage old in Versions(package.Package).Skip(VersionsKept))
        {
            Directory.Delete(old.Folder, recursive: true);
        }

        return package with { Folder = place };
    }

    private List<UnpackedPackage> Versions(string package)
    {
        string folder = Path.Combine(cache.Path, _relative);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(folder, $"{package}_*")
            .Select(UnpackedPackage.Read)
            .OfType<UnpackedPackage>()
            .Where(read => read.Package == package)
            .OrderByDescending(read => read.Obtained)];
    }
}
