using System.Reflection;
using System.Runtime.Loader;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where the assemblies of one plugin live: its own from its folder, the contract and .NET's as the gateway has them, and none of the gateway's other libraries.</summary>
internal sealed class PluginLoadContext(string name, string assembly) : AssemblyLoadContext($"transport {name}")
{
    private readonly AssemblyDependencyResolver _resolver = new(assembly);

    /// <summary>Where the plugin keeps an assembly; null where it does not.</summary>
    public string? PathOf(AssemblyName wanted) => _resolver.ResolveAssemblyToPath(wanted);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (SharedAssemblies.Has(assemblyName))
        {
            return null;
        }

        // Translations of messages are wanted wherever they might be, and go without.
        if (assemblyName.CultureName is { Length: > 0 })
        {
            return PathOf(assemblyName) is { } translation ? LoadFromAssemblyPath(translation) : null;
        }

        // Not left to the default context, which would give the gateway's own copy, of whatever version that is.
        return PathOf(assemblyName) is { } path
            ? LoadFromAssemblyPath(path)
            : throw new FileNotFoundException($"{assemblyName.Name} {assemblyName.Version} is not in the plugin's folder.", assemblyName.Name);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
