namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A folder of mode 0700 with a short path, removed at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kt-").FullName;

    public string this[string name] => System.IO.Path.Join(Path, name);

    public string Write(string name, byte[] bytes)
    {
        string path = this[name];
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
