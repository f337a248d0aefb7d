namespace Klyntar.Overlay.Gateway;

/// <summary>Copies a plugin into the plugin folder, where nobody else can change it.</summary>
internal static class PluginInstaller
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Installs a plugin: looks at it, copies it, loads the copy to learn its name, and puts it in its place at once or not at all.</summary>
    /// <param name="source">A folder with the plugin's files, which is left as it is.</param>
    /// <param name="plugins">The plugin folder. Made where it is missing.</param>
    /// <param name="mayReplace">Whether one of the same name is replaced.</param>
    /// <returns>The plugin in its place.</returns>
    /// <exception cref="OverlayException">It is refused, or cannot be copied.</exception>
    public static Plugin Install(string source, string plugins, bool mayReplace)
    {
        if (!Directory.Exists(source))
        {
            throw new OverlayException($"There is no folder {source}. Name the folder that 'dotnet publish' wrote the plugin to.");
        }

        string hash = PluginLoader.Examine(source, null, null, isToBeCopied: true).Sha256;
        string copy = Path.Join(plugins, $".adding-{Path.GetRandomFileName()}");
        try
        {
            MakeFolder(plugins);
            Copy(source, PluginLoader.Files(source, isToBeCopied: true), copy);

            // The copy is what will run: it is looked at and loaded, and has the contents that were looked at before.
            Plugin plugin = PluginLoader.Load(PluginLoader.Examine(copy, null, hash), TransportCatalog.LoadBuiltIn()).Plugin!;
            string place = Path.Join(plugins, plugin.Name);
            Place(copy, place, plugin.Name, mayReplace);
            return PluginLoader.Examine(place, plugin.Name, hash) with { IsPinned = false };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The plugin cannot be copied to {plugins}: {e.Message} Check that the disk has room and that the user {Environment.UserName} may write there.", e);
        }
        finally
        {
            Remove(copy);
        }
    }

    private static void Copy(string source, IReadOnlyList<string> files, string copy)
    {
        MakeFolder(copy);
        foreach (string file in files)
        {
            string from = Path.Join(source, file);
            string to = Path.Join(copy, file);
            MakeFolder(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            if (!OperatingSystem.IsWindows())
            {
                bool isProgram = (File.GetUnixFileMode(from) & AnyExecute) != 0;
                File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | (isProgram ? UnixFileMode.UserExecute : 0));
            }
        }
    }

    private static void Place(string copy, string place, string name, bool mayReplace)
    {
        if (!Directory.Exists(place))
        {
            Directory.Move(copy, place);
            return;
        }

        if (!mayReplace)
        {
            throw new OverlayException($"There is a plugin {name} in {place} already. --replace puts this one in its place.");
        }

        string old = $"{copy}-old";
        Directory.Move(place, old);
        try
        {
            Directory.Move(copy, place);
        }
        catch
        {
            Directory.Move(old, place);
            throw;
        }

        Remove(old);
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Folder);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
