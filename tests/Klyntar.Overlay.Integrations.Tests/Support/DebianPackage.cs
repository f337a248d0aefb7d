namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>Programs of the distribution that a machine may lack: unpacked into the user's cache, not installed, by the script that the bench has for it.</summary>
internal sealed class DebianPackage
{
    private readonly string _folder;

    private DebianPackage(string folder) => _folder = folder;

    /// <summary>The folders of its libraries, as LD_LIBRARY_PATH has them.</summary>
    public string Libraries => Directory.Exists(PathOf("usr", "lib")) ? string.Join(':', Directory.EnumerateDirectories(PathOf("usr", "lib"), "*-linux-*")) : "";

    /// <summary>A file of it.</summary>
    public string PathOf(params string[] parts) => Path.Combine([_folder, .. parts]);

    /// <summary>Obtains it where it was not before.</summary>
    /// <param name="name">What the script calls it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>It, or why it cannot be had.</returns>
    public static async Task<(DebianPackage? Package, string WhyNot)> ObtainAsync(string name, CancellationToken cancellationToken)
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given && Path.IsPathFullyQualified(given)
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Combine(cache, "klyntar-overlay", "bench");
        ProgramRun run = await ProgramRun.RunAsync(Repository.PathOf("bench", "obtain-peers"), [folder, name], Repository.Root, cancellationToken: cancellationToken);
        string package = Path.Combine(folder, name);
        return Directory.Exists(package) ? (new DebianPackage(package), "") : (null, run.All);
    }
}
