using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>The folder that holds a folder for each plugin.</summary>
internal static class PluginFolder
{
    // Being copied there, or a version control's own.
    private const char Hidden = '.';

    /// <summary>Loads what may be run of it. A folder that is not there has no plugins.</summary>
    /// <param name="options">Where it is, and what is pinned.</param>
    /// <param name="builtIn">What comes with the gateway.</param>
    public static (ImmutableArray<CatalogTransport> Loaded, ImmutableArray<RefusedPlugin> Refused) Load(PluginOptions options, TransportCatalog builtIn)
    {
        ImmutableArray<CatalogTransport>.Builder loaded = ImmutableArray.CreateBuilder<CatalogTransport>();
        ImmutableArray<RefusedPlugin>.Builder refused = ImmutableArray.CreateBuilder<RefusedPlugin>();
        foreach (string plugin in Folders(options.FullPath, refused))
        {
            string name = Path.GetFileName(plugin);
            try
            {
                loaded.Add(PluginLoader.Load(PluginLoader.Examine(plugin, name, options.Pinned.GetValueOrDefault(name)), builtIn));
            }
            catch (OverlayException e)
            {
                refused.Add(new RefusedPlugin(name, plugin, e.Message));
            }
        }

        return (loaded.ToImmutable(), refused.ToImmutable());
    }

    private static string[] Folders(string folder, ImmutableArray<RefusedPlugin>.Builder refused)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateDirectories(folder).Where(f => Path.GetFileName(f)[0] != Hidden).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refused.Add(new RefusedPlugin(Path.GetFileName(folder), folder, $"The plugin folder cannot be read: {e.Message} Let the user {Environment.UserName} read it, or name another in \"plugins\"."));
            return [];
        }
    }
}
