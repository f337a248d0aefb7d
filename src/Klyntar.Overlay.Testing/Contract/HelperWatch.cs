using System.Globalization;

namespace Klyntar.Overlay.Testing;

/// <summary>
/// Tells which programs the transports of a test have started since it was made, and which of them live, by Linux's /proc. A program is theirs where its command line, environment
/// or working directory names a context's folder. Where none does, every new child of this process counts that names no other test's folder: other tests run at the same time.
/// </summary>
internal sealed class HelperWatch
{
    private readonly HashSet<(int Id, string Start)> _before = [.. Processes().Select(p => (p.Id, p.Start))];
    private HashSet<(int Id, string Start)> _children = [];
    private string[] _folders = [];

    /// <summary>Sees which programs there are while the transports run.</summary>
    /// <param name="folders">The folders of their contexts.</param>
    /// <returns>Whether there are any.</returns>
    public bool Recognise(params string[] folders)
    {
        List<(int Id, string Start, int Parent)> started = New();
        _folders = started.Exists(p => folders.Any(f => Names(p.Id, f))) ? folders : [];
        _children = _folders.Length > 0 ? [] : [.. started.Where(p => p.Parent == Environment.ProcessId).Select(p => (p.Id, p.Start))];
        return New().Exists(IsTheirs);
    }

    /// <summary>The programs that have not ended: name and process id.</summary>
    public IReadOnlyList<string> Living() => [.. New().Where(IsTheirs).Select(p => $"{NameOf(p.Id)} (process {p.Id})")];

    private static List<(int Id, string Start, int Parent)> Processes()
    {
        List<(int Id, string Start, int Parent)> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            // proc_pid_stat(5): the name in parentheses may hold anything; after it the state, the parent and, 22nd of all, the start.
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Read(id, "stat") is { } stat
                && stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 19 } fields
                && fields[0] is not ("Z" or "X"))
            {
                all.Add((id, fields[19], int.Parse(fields[1], CultureInfo.InvariantCulture)));
            }
        }

        return all;
    }

    private static bool Names(int id, string text) =>
        ((string?[])[Read(id, "cmdline"), Read(id, "environ"), WorkingDirectory(id)]).Any(held => held?.Contains(text, StringComparison.Ordinal) == true);

    private static string NameOf(int id) => Read(id, "comm") is { } name ? string.Concat(name.Where(c => c is > ' ' and < '\x7f')) : "?";

    private static string? Read(int id, string file) => Try(() => File.ReadAllText($"/proc/{id}/{file}"));

    private static string? WorkingDirectory(int id) => Try(() => File.ResolveLinkTarget($"/proc/{id}/cwd", returnFinalTarget: false)?.FullName);

    /// <summary>Null where the process has ended, or is somebody else's.</summary>
    private static string? Try(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private List<(int Id, string Start, int Parent)> New() => [.. Processes().Where(p => !_before.Contains((p.Id, p.Start)))];

    private bool IsTheirs((int Id, string Start, int Parent) process) => _folders.Length > 0
        ? _folders.Any(f => Names(process.Id, f))
        : _children.Contains((process.Id, process.Start)) && !Names(process.Id, TestTransportContext.FolderPrefix);
}
