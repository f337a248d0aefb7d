using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Where a router of our own keeps its state, locked: two routers on one folder would be one router to the others.</summary>
internal sealed class I2pdFolders : IDisposable
{
    private readonly DataFolder _root;

    private I2pdFolders(DataFolder root)
    {
        _root = root;
        Data = root.Folder("data");
        Nothing = root.Folder("nothing");
    }

    /// <summary>The folder of all.</summary>
    public string Root => _root.Path;

    /// <summary>The router's own: its keys, and what it knows of others.</summary>
    public string Data { get; }

    public string Conf => Path.Join(Root, "i2pd.conf");

    /// <summary>An empty file in the place of tunnels of the system's.</summary>
    public string Tunnels => Path.Join(Root, "tunnels.conf");

    /// <summary>An empty folder in the place of the system's.</summary>
    public string Nothing { get; }

    /// <summary>What i2pd locks while it runs.</summary>
    public string RouterPid => Path.Join(Root, "router.pid");

    /// <summary>Makes and locks them.</summary>
    /// <param name="folder">The transport's folder, which exists and is ours alone.</param>
    /// <exception cref="OverlayException">A folder cannot be made or used, or another gateway uses it.</exception>
    public static I2pdFolders Prepare(string folder)
    {
        DataFolder root = DataFolder.Open(Path.Join(folder, "router"));
        try
        {
            return new I2pdFolders(root);
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Writes a configuration, which may hold secrets: passwords of proxies.</summary>
    /// <exception cref="OverlayException">It cannot be written.</exception>
    public void Write(string conf)
    {
        try
        {
            WritePrivate(Tunnels, "");
            WritePrivate(Conf, conf);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The configuration of i2pd cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Unlocks them.</summary>
    public void Dispose() => _root.Dispose();

    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
