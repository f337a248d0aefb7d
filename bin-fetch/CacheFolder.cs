namespace Klyntar.Overlay.BinFetch;

/// <summary>The user's cache: private folders and the lock between processes.</summary>
internal sealed class CacheFolder(string path, TimeProvider clock)
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    public string Path { get; } = path;

    /// <summary>The folder from the options, <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
    /// <exception cref="OverlayException">This user has no home.</exception>
    public static CacheFolder For(HelperProgramOptions options)
    {
        string? path = options.CacheFolder;
        if (path is null)
        {
            // The XDG base directory specification: a relative path there is invalid and ignored.
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            path = cache is not null && System.IO.Path.IsPathFullyQualified(cache) ? System.IO.Path.Combine(cache, "klyntar-overlay")
                : home.Length > 0 ? System.IO.Path.Combine(home, ".cache", "klyntar-overlay")
                : throw new OverlayException("There is no folder for obtained programs: this user has no home. Set XDG_CACHE_HOME to a folder of this user.");
        }

        return new CacheFolder(System.IO.Path.GetFullPath(path), options.Clock);
    }

    /// <summary>Makes a folder below this one that nobody else can write to: what is run from it must be ours.</summary>
    /// <exception cref="OverlayException">It cannot be made.</exception>
    public string Make(string relative)
    {
        string folder = System.IO.Path.Combine(Path, relative);
        try
        {
            PrivateFiles.MakeFolder(Path);
            if (!OperatingSystem.IsWindows())
            {
                // Refused by the system where the folder is another user's.
                File.SetUnixFileMode(Path, PrivateFiles.FolderMode);
            }

            PrivateFiles.MakeFolder(folder);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder for obtained programs, {folder}, cannot be made: {error.Message} Set XDG_CACHE_HOME to a folder of this user.", error);
        }
    }

    /// <summary>Takes the lock between all processes of this user, waiting as long as need be.</summary>
    public async ValueTask<IDisposable> LockAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        string file = System.IO.Path.Combine(Path, "lock");
        bool told = false;
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (!told)
                {
                    progress?.Report("waiting for another process that obtains programs");
                    told = true;
                }

                await Task.Delay(LockPoll, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
