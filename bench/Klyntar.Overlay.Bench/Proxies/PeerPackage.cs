namespace Klyntar.Overlay.Bench;

/// <summary>A peer's packages, unpacked into a folder of its name.</summary>
internal sealed record PeerPackage(string Name, string Folder)
{
    // Where Debian keeps shared libraries, below the architecture's name.
    private const string LibraryFolder = "usr/lib";

    /// <summary>A program of it, which finds the libraries that came with it.</summary>
    public ProxyCommand Command(string program, params IReadOnlyList<string> arguments) => new(PathOf(program), arguments, Libraries);

    /// <summary>A file of it.</summary>
    public string PathOf(string path) => Path.Combine(Folder, Name, path);

    private string? Libraries => Directory.Exists(PathOf(LibraryFolder))
        ? string.Join(':', Directory.EnumerateDirectories(PathOf(LibraryFolder), "*-linux-*"))
        : null;
}
