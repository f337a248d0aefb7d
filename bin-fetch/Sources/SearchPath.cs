namespace Klyntar.Overlay.BinFetch;

/// <summary>The folders of PATH, then those that a service's PATH often leaves out.</summary>
internal sealed class SearchPath(string? path) : IProgramSource
{
    private static readonly string[] Usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    // A relative folder on PATH, or an empty one, means wherever we happen to stand: not for programs that we run.
    private readonly string[] _listed = (path ?? Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .ToArray();

    /// <summary>Whether the usual folders are looked at too: not where a test gives its own path.</summary>
    public bool WithUsualFolders { get; init; } = path is null;

    public ValueTask<Found> FindAsync(string name, CancellationToken cancellationToken)
    {
        IEnumerable<string> folders = WithUsualFolders ? _listed.Concat(Usual) : _listed;
        foreach (string folder in folders)
        {
            string candidate = Path.Combine(folder, name);
            if (ExecutableFile.IsAt(candidate))
            {
                return new(Found.At(new HelperProgram(candidate, _listed.Contains(folder) ? "on PATH" : $"in {folder}")));
            }
        }

        return new(Found.Nowhere($"not on PATH nor in {string.Join(", ", Usual.Except(_listed))}"));
    }
}
