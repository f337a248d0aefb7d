using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.BinFetch;

/// <summary>An unpacked bundle, in a folder of its own; described by a file in that folder, which is written last.</summary>
internal sealed partial record InstalledBundle
{
    private const string DescriptionFile = "bundle.json";
    private const string TorFolder = "tor";

    // Where the bundle keeps its programs, the pluggable transports last.
    private static readonly string[] ProgramFolders = [TorFolder, $"{TorFolder}/pluggable_transports"];

    public required string Version { get; init; }

    /// <summary>The SHA-256 of its archive.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The pinned key by which it was checked.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The key or subkey that signed its sum.</summary>
    public required string SignedBy { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset Signed { get; init; }

    /// <summary>When it was obtained.</summary>
    public required DateTimeOffset Obtained { get; init; }

    /// <summary>What its tor says of its version.</summary>
    public string Tor { get; init; } = "";

    /// <summary>All files below the folder, and their sizes.</summary>
    public required ImmutableSortedDictionary<string, long> Files { get; init; }

    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>Reads a folder. Null where it is not whole.</summary>
    public static InstalledBundle? Read(string folder) =>
        SmallJson.Read(Path.Combine(folder, DescriptionFile), InstalledBundleJson.Default.InstalledBundle) is { } read
        && read.Version == Path.GetFileName(folder) && FileSizes.AreRight(folder, read.Files)
            ? read with { Folder = folder }
            : null;

    public void Write() => SmallJson.Write(Path.Combine(Folder, DescriptionFile), this, InstalledBundleJson.Default.InstalledBundle);

    /// <summary>One of its programs, or null: tor, or a pluggable transport such as <c>lyrebird</c>.</summary>
    public HelperProgram? Program(string name)
    {
        string file = OperatingSystem.IsWindows() ? $"{name}.exe" : name;
        string? relative = ProgramFolders.Select(folder => $"{folder}/{file}").FirstOrDefault(path => Files.ContainsKey(path) && ExecutableFile.IsAt(Path.Combine(Folder, path)));
        if (relative is null)
        {
            return null;
        }

        HelperProgram program = new(Path.Combine(Folder, relative), $"Tor Project bundle {Version}");

        // Its libraries lie beside tor. Elsewhere than on Linux programs look there by themselves.
        return OperatingSystem.IsLinux() && Files.Keys.Any(static path => path.StartsWith($"{TorFolder}/", StringComparison.Ordinal) && path.Contains(".so", StringComparison.Ordinal))
            ? program with { Environment = program.Environment.Add("LD_LIBRARY_PATH", Path.Combine(Folder, TorFolder)) }
            : program;
    }

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(InstalledBundle))]
    private sealed partial class InstalledBundleJson : JsonSerializerContext;
}
