namespace Klyntar.Overlay.BinFetch;

/// <summary>The folders of PATH, then those that a service's PATH often leaves out.</summary>
internal sealed class SearchPath : IProgramSource
{
    private static readonly string[] Usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    private readonly string[] _listed;
    private readonly string[] _others;

    /// <summary>Looks in the folders given, or where none are in this process's PATH and the usual folders.</summary>
    public SearchPath(string? path)
    {
        // A relative or empty folder on PATH means wherever we happen to stand: not for programs that we run.
        _listed = [.. (path ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)];
        _others = path is null ? [.. Usual.Except(_listed)] : [];
    }

    public ValueTask<Found> FindAsync(string name, CancellationToken cancellationToken)
    {
        foreach (string folder in _listed.Concat(_others))
        {
            string candidate = Path.Combine(folder, name);
            if (ExecutableFile.IsAt(candidate))
            {
                return new(Found.At(new HelperProgram(candidate, _listed.Contains(folder) ? "on PATH" : $"in {folder}")));
            }
        }

        return new(Found.Nowhere(_others.Length == 0 ? "not on PATH" : $"not on PATH nor in {string.Join(", ", _others)}"));
    }
}
