namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A folder of mode 0700, removed at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ki-").FullName;

    public string this[string name] => System.IO.Path.Join(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
