using System.Reflection;

namespace Klyntar.Overlay.Gateway;

/// <summary>Examines plugins, and loads those that may be run.</summary>
internal static class PluginLoader
{
    /// <summary>Looks at a plugin without running anything of it.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">The transport's name; null where the folder need not be named as the transport yet.</param>
    /// <param name="pinned">The hash that its contents must have; null for any.</param>
    /// <param name="isToBeCopied">Whether the folder is only to be copied from, so that others may write there.</param>
    /// <exception cref="OverlayException">It is refused.</exception>
    public static Plugin Examine(string folder, string? name, string? pinned, bool isToBeCopied = false)
    {
        if (name is not null && TransportName.Fault(name) is { } fault)
        {
            throw new OverlayException($"A plugin's folder is named as its transport, but {fault}. Rename it, or remove it.");
        }

        IReadOnlyList<string> files = Files(folder, isToBeCopied);
        string hash = PluginContents.Hash(folder, files);
        if (pinned is not null && !hash.Equals(pinned, StringComparison.OrdinalIgnoreCase))
        {
            throw new OverlayException($"Its contents are not those that the configuration pins: they have the SHA-256 {hash}. Find out who changed them; if it was you, pin that in \"plugins\".");
        }

        (string path, PluginAssembly assembly) = Main(folder, files);
        var context = new PluginLoadContext(name ?? "", path);
        CheckReferences(assembly, context);
        Version contract = assembly.References.First(r => r.Name == SharedAssemblies.Contract).Version!;
        return new Plugin(name ?? "", Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), path, assembly.Name.Version ?? new Version(0, 0), contract, hash, pinned is not null);
    }

    /// <summary>Loads a plugin and makes its factory.</summary>
    /// <param name="plugin">What <see cref="Examine"/> found.</param>
    /// <param name="builtIn">What comes with the gateway, whose names are taken.</param>
    /// <exception cref="OverlayException">It cannot be loaded, or its transport has another name than its folder, or one that is taken.</exception>
    public static CatalogTransport Load(Plugin plugin, TransportCatalog builtIn)
    {
        try
        {
            return CallGuard.Make(() => Make(plugin, builtIn));
        }
        catch (TransportHangsException e)
        {
            throw new OverlayException($"Its factory was not made within {CallGuard.MakeLimit.TotalSeconds:0} s: it hangs. Report it to its author, and remove the plugin until then.", e);
        }
    }

    private static CatalogTransport Make(Plugin plugin, TransportCatalog builtIn)
    {
        try
        {
            Assembly assembly = new PluginLoadContext(plugin.Name, plugin.Assembly).LoadFromAssemblyPath(plugin.Assembly);
            ITransportFactory factory = TransportFactories.Of(assembly).Single();
            string name = factory.Name;
            if (TransportName.Fault(name) is { } fault)
            {
                throw new OverlayException($"Its transport is named \"{ConfigurationNode.Quotable(name ?? "")}\", but {fault}. Its author must rename it.");
            }

            if (builtIn.TryGet(name, out _))
            {
                throw new OverlayException($"A transport named {name} comes with the gateway. Its author must rename it.");
            }

            return plugin.Name.Length == 0 || name == plugin.Name
                ? new CatalogTransport(factory, plugin with { Name = name })
                : throw new OverlayException($"Its transport is named {name}: rename the folder to that.");
        }
        catch (Exception e) when (e is not OverlayException)
        {
            throw new OverlayException($"It cannot be loaded: {e.Message.TrimEnd('.')}. Report it to its author.", e);
        }
    }

    internal static IReadOnlyList<string> Files(string folder, bool isToBeCopied)
    {
        try
        {
            return Keys.ProgramFolder.Files(folder, "plugin", PluginContents.MostFiles, isToBeCopied);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{folder} cannot be read: {e.Message} Let the user {Environment.UserName} read it.", e);
        }
    }

    private static (string Path, PluginAssembly Assembly) Main(string folder, IReadOnlyList<string> files)
    {
        (string Path, PluginAssembly Assembly)[] named =
        [
            .. from file in files
               where !file.Contains('/', StringComparison.Ordinal) && file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
               let path = Path.GetFullPath(Path.Join(folder, file))
               let assembly = PluginAssembly.Read(path)
               where assembly is { TransportCount: > 0 }
               select (path, assembly),
        ];
        return named switch
        {
            [{ Assembly.TransportCount: 1 } only] => only,
            [] => throw new OverlayException($"No assembly in it names a transport with [assembly: {nameof(OverlayTransportAttribute)[..^"Attribute".Length]}(typeof(…))]. Copy the plugin's own files there, as 'dotnet publish' makes them."),
            _ => throw new OverlayException($"It offers {named.Sum(n => n.Assembly.TransportCount)} transports ({string.Join(", ", named.Select(n => Path.GetFileName(n.Path)))}), and a plugin is one. Give each a folder of its own."),
        };
    }

    // Told before anything runs, since a library that is missed when it is called for breaks a dial and not the start.
    private static void CheckReferences(PluginAssembly main, PluginLoadContext context)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { main.Name.Name! };
        var open = new Queue<PluginAssembly>([main]);
        while (open.TryDequeue(out PluginAssembly? assembly))
        {
            foreach (AssemblyName wanted in assembly.References.Where(r => seen.Add(r.Name!)))
            {
                if (SharedAssemblies.Has(wanted))
                {
                    if (SharedAssemblies.Misfit(wanted) is { } why)
                    {
                        throw new OverlayException(why);
                    }
                }
                else if (context.PathOf(wanted) is not { } path)
                {
                    throw new OverlayException($"{assembly.Name.Name} needs {wanted.Name} {wanted.Version}, which is not in the plugin's folder. Copy what 'dotnet publish' makes, dependencies and all.");
                }
                else if (PluginAssembly.Read(path) is { } found)
                {
                    open.Enqueue(found);
                }
            }
        }
    }
}
