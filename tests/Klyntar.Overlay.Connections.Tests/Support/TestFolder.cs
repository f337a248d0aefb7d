namespace Klyntar.Overlay.Connections.Tests;

/// <summary>A folder of this run's own, removed at its end.</summary>
internal static class TestFolder
{
    static TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("ko-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path, recursive: true);
    }

    public static string Path { get; }
}
