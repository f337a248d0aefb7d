using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A package, with the libraries it needs, in a folder of its own; described by a file in that folder, which is written last.</summary>
internal sealed partial record UnpackedPackage
{
    private const string DescriptionFile = "package.json";

    // What stands for a program comes before it.
    private static readonly string[] ProgramFolders = [OwnLoader.Folder, "usr/bin", "usr/sbin", "bin", "sbin"];

    public required string Package { get; init; }

    public required string Version { get; init; }

    public required string Distribution { get; init; }

    /// <summary>When it was obtained, in Unix milliseconds.</summary>
    public required long Obtained { get; init; }

    /// <summary>The programs and libraries below the folder, and their sizes: a file that differs was damaged.</summary>
    public required ImmutableSortedDictionary<string, long> Files { get; init; }

    /// <summary>The folders of libraries.</summary>
    public required ImmutableArray<string> LibraryFolders { get; init; }

    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>Describes what was unpacked.</summary>
    public static UnpackedPackage Describe(string folder, string package, string version, string distribution, DateTimeOffset now)
    {
        ImmutableSortedDictionary<string, long>.Builder files = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        SortedSet<string> libraryFolders = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            string relative = Path.GetRelativePath(folder, path);
            string parent = Path.GetDirectoryName(relative)!;
            bool isLibrary = Path.GetFileName(path).Contains(".so.", StringComparison.Ordinal);
            if (isLibrary)
            {
                libraryFolders.Add(parent);
            }

            if (isLibrary || ProgramFolders.Contains(parent))
            {
                files[relative] = new FileInfo(path).Length;
            }
        }

        return new UnpackedPackage
        {
            Package = package,
            Version = version,
            Distribution = distribution,
            Obtained = now.ToUnixTimeMilliseconds(),
            Files = files.ToImmutable(),
            LibraryFolders = [.. libraryFolders],
            Folder = folder,
        };
    }

    /// <summary>Reads a folder. Null where it is not whole: no description, or files that are gone or of another size.</summary>
    public static UnpackedPackage? Read(string folder)
    {
        UnpackedPackage? read = SmallJson.Read(Path.Combine(folder, DescriptionFile), Json.Default.UnpackedPackage);
        return read is not null && FileSizes.AreRight(folder, read.Files) ? read with { Folder = folder } : null;
    }

    public void Write() => SmallJson.Write(Path.Combine(Folder, DescriptionFile), this, Json.Default.UnpackedPackage);

    /// <summary>One of its programs, or null.</summary>
    public HelperProgram? Program(string name)
    {
        string? path = ProgramFolders.Select(folder => Path.Combine(Folder, folder, name)).FirstOrDefault(ExecutableFile.IsAt);
        if (path is null)
        {
            return null;
        }

        HelperProgram program = new(path, $"{Distribution} package {Package} {Version}");

        // The libraries of another release would not fit the system's loader, and so neither the shell.
        return LibraryFolders.IsEmpty || Path.GetDirectoryName(path) == Path.Combine(Folder, OwnLoader.Folder)
            ? program
            : program with { Environment = program.Environment.Add("LD_LIBRARY_PATH", string.Join(':', LibraryFolders.Select(folder => Path.Combine(Folder, folder)))) };
    }

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(UnpackedPackage))]
    private sealed partial class Json : JsonSerializerContext;
}
