namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A KLYNTAR core (a stand-in for it) with the plugin in it, which several daemons may run from.</summary>
internal sealed class CoreCheckout : IDisposable
{
    public const string NewCore = "klyntar_core.js";
    public const string OldCore = "klyn74r.js";
    public const string Entry = "overlay_gateway/index.js";

    private readonly NpmPackages _packages;

    private CoreCheckout(NpmPackages packages, string folder, string core)
    {
        _packages = packages;
        Folder = folder;
        Core = core;
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>The name of its main file.</summary>
    public string Core { get; }

    /// <summary>The plugin's folder.</summary>
    public string Plugin => Path.Combine(Folder, "KLY_Plugins", "overlay_gateway");

    /// <summary>Where daemons keep what is theirs.</summary>
    public string State { get; } = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    /// <summary>Makes one.</summary>
    /// <param name="packages">Where it finds libraries.</param>
    /// <param name="core">The name of the main file: the new core's or the old one's.</param>
    /// <param name="withPlugin">Whether the plugin is copied into it.</param>
    public static CoreCheckout Create(NpmPackages packages, string core = NewCore, bool withPlugin = true)
    {
        // Below the libraries, where Node looks for them.
        var checkout = new CoreCheckout(packages, packages.PathOf($"core-{Guid.NewGuid():n}"), core);
        Copy(packages.PathOf("klyntar"), checkout.Folder);
        Directory.CreateDirectory(Path.Combine(checkout.Folder, "KLY_Plugins"));
        if (withPlugin)
        {
            Copy(Repository.PathOf("integrations", "klyntar-core"), checkout.Plugin);
        }

        if (core != NewCore)
        {
            File.Move(Path.Combine(checkout.Folder, NewCore), Path.Combine(checkout.Folder, core));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(checkout.Folder, "KLY_Workflows")))
            {
                File.WriteAllText(file, File.ReadAllText(file).Replace(NewCore, core, StringComparison.Ordinal));
            }
        }

        return checkout;
    }

    /// <summary>Starts a daemon.</summary>
    public Task<CoreNode> StartAsync(CoreNodeOptions options) => CoreNode.StartAsync(this, _packages, options, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(State, recursive: true);
    }

    private static void Copy(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
