namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A folder of a test's own, with a path short enough for Unix sockets.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kg-").FullName;

    public string File(string name) => System.IO.Path.Join(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
