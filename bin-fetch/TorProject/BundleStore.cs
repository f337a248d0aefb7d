using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.BinFetch;

/// <summary>The bundles of the user's cache, versions side by side. A version appears there whole, by a rename, or not at all.</summary>
internal sealed class BundleStore
{
    private const string RootFolder = "tor-project";
    private const string SelectionFile = "selection.json";
    private const string DownloadFolder = "downloads";
    private const string Unfinished = ".unfinished-";

    // Some 70 MB each. Those that are in use, or were before, stay in any case.
    private const int VersionsKept = 4;

    private readonly CacheFolder _cache;
    private readonly CacheFolder _root;
    private readonly string _platform;

    /// <summary>The bundles for one kind of machine: a home folder may be on several.</summary>
    public BundleStore(CacheFolder cache, BundlePlatform platform, TimeProvider clock)
    {
        _cache = cache;
        _root = new CacheFolder(Path.Combine(cache.Path, RootFolder), clock);
        _platform = platform.Name;
    }

    /// <summary>Where they are.</summary>
    public string Folder => Path.Combine(_root.Path, _platform);

    /// <exception cref="OverlayException">There is a selection that cannot be read.</exception>
    public BundleSelection Selection => BundleSelection.Read(SelectionPath);

    private string SelectionPath => Path.Combine(Folder, SelectionFile);

    /// <summary>Takes the lock between all processes of this user that change bundles, and clears away what one of them left unfinished.</summary>
    public async ValueTask<IDisposable> LockAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        _cache.Make(RootFolder);
        _root.Make(_platform);
        IDisposable held = await _root.LockAsync(progress, cancellationToken).ConfigureAwait(false);
        foreach (string left in Directory.EnumerateFileSystemEntries(Folder, Unfinished + "*"))
        {
            Remove(left);
        }

        return held;
    }

    /// <summary>All versions that are whole, the newest first.</summary>
    public IReadOnlyList<InstalledBundle> All() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateDirectories(Folder)
            .Where(static folder => BundleVersion.IsVersion(Path.GetFileName(folder)))
            .Select(InstalledBundle.Read)
            .OfType<InstalledBundle>()
            .OrderByDescending(static bundle => bundle.Obtained),
    ];

    /// <summary>A version, or null where it is not there or not whole.</summary>
    public InstalledBundle? ByVersion(string version) => InstalledBundle.Read(Path.Combine(Folder, version));

    /// <summary>Where a file is downloaded to. What is there of others is cleared away. The lock is held.</summary>
    public PartialFile BeginDownload(string name)
    {
        string folder = _root.Make(Path.Combine(_platform, DownloadFolder));
        PartialFile part = new(Path.Combine(folder, $"{name}.part"));
        foreach (string other in Directory.EnumerateFiles(folder).Where(file => !file.StartsWith(part.Path, StringComparison.Ordinal)))
        {
            File.Delete(other);
        }

        return part;
    }

    /// <summary>A folder to unpack in. The lock is held.</summary>
    public string BeginUnpacking() => _root.Make(Path.Combine(_platform, NewName()));

    /// <summary>Puts an unpacked bundle in its place, in that of a damaged one too. The lock is held.</summary>
    public InstalledBundle Publish(InstalledBundle bundle)
    {
        bundle.Write();
        foreach (string folder in Directory.EnumerateDirectories(bundle.Folder, "*", SearchOption.AllDirectories).Append(bundle.Folder))
        {
            FolderSync.Sync(folder);
        }

        string place = Path.Combine(Folder, bundle.Version);
        if (Directory.Exists(place))
        {
            string aside = Path.Combine(Folder, NewName());
            Directory.Move(place, aside);
            Directory.Move(bundle.Folder, place);
            Directory.Delete(aside, recursive: true);
        }
        else
        {
            Directory.Move(bundle.Folder, place);
        }

        FolderSync.Sync(Folder);
        return bundle with { Folder = place };
    }

    /// <summary>Chooses the version that is used, or none. The lock is held.</summary>
    public void Select(string? version)
    {
        BundleSelection before = SelectionOrNone();
        if (before.Current != version)
        {
            Write(new BundleSelection(version, before.Current));
        }
    }

    /// <summary>Makes the version before the one that is used, and the other way round. The lock is held.</summary>
    public void Swap()
    {
        BundleSelection before = Selection;
        Write(new BundleSelection(before.Previous, before.Current));
    }

    /// <summary>Clears old versions away. The lock is held.</summary>
    public void Tidy()
    {
        BundleSelection selection = Selection;
        foreach (InstalledBundle old in All().Skip(VersionsKept).Where(bundle => bundle.Version != selection.Current && bundle.Version != selection.Previous))
        {
            string aside = Path.Combine(Folder, NewName());
            Directory.Move(old.Folder, aside);
            Remove(aside);
        }
    }

    private BundleSelection SelectionOrNone()
    {
        try
        {
            return Selection;
        }
        catch (OverlayException)
        {
            return BundleSelection.None;
        }
    }

    private void Write(BundleSelection selection)
    {
        string draft = Path.Combine(Folder, NewName());
        selection.Write(draft);
        File.Move(draft, SelectionPath, overwrite: true);
        FolderSync.Sync(Folder);
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static string NewName() => $"{Unfinished}{Guid.NewGuid():N}";
}
