namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What a client and a real tor's control port said to each other, readable as it stands. What differs from time to time has a name in braces.</summary>
internal sealed record Dialogue(string Name, string About, IReadOnlyList<DialogueStep> Steps)
{
    private const string Comment = "#";
    private const string Extension = ".dialogue";

    public static Dialogue Load(string name)
    {
        string[] lines = File.ReadAllLines(PathOf(name));
        var steps = new List<DialogueStep>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > 0 && !lines[i].StartsWith(Comment, StringComparison.Ordinal))
            {
                steps.Add(DialogueStep.Parse(lines[i], i + 1));
            }
        }

        string about = lines.FirstOrDefault(l => l.StartsWith(Comment, StringComparison.Ordinal)) ?? "";
        return new Dialogue(name, about.TrimStart('#', ' '), steps);
    }

    public void Save() => File.WriteAllText(PathOf(Name), ToString());

    /// <summary>The file's text.</summary>
    public override string ToString() => $"{Comment} {About}\n" + string.Concat(Steps.Select(s => s + "\n"));

    public static string PathOf(string name) => Path.Join(Folder(), name + Extension);

    /// <summary>The files that are there.</summary>
    public static IEnumerable<string> Names() => Directory.GetFiles(Folder(), "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)!);

    // The source, not its copy: recording changes it.
    private static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Join(folder.FullName, "Klyntar.Overlay.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Join(
            folder?.FullName ?? throw new DirectoryNotFoundException("These tests run from inside the repository."),
            "tests",
            "Klyntar.Overlay.Transports.Tor.Tests",
            "Dialogues",
            "Recorded");
    }
}
