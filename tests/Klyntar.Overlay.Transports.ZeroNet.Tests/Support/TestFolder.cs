namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A folder of its own for one test, taken away after it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("klyntar-zeronet-");

    public string Path => _folder.FullName;

    /// <summary>A folder in it, made where it is missing.</summary>
    public string Of(string name) => Directory.CreateDirectory(System.IO.Path.Join(Path, name)).FullName;

    /// <summary>All files in it, by their paths in it.</summary>
    public string[] Files() => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Select(path => System.IO.Path.GetRelativePath(Path, path)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);
}
