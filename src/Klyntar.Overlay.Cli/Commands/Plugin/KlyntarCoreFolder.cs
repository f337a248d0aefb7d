namespace Klyntar.Overlay.Cli;

/// <summary>A checkout of KLYNTAR's core, the new one or the old.</summary>
internal sealed class KlyntarCoreFolder
{
    /// <summary>What a daemon's PLUGINS name.</summary>
    public const string Entry = "overlay_gateway/index.js";

    private static readonly string[] MainFiles = ["klyntar_core.js", "klyn74r.js"];

    private readonly string _folder;

    private KlyntarCoreFolder(string folder, string mainFile)
    {
        _folder = folder;
        MainFile = mainFile;
    }

    /// <summary>The file that Node runs.</summary>
    public string MainFile { get; }

    /// <summary>Where the plugin belongs.</summary>
    public string Plugin => Path.Combine(_folder, "KLY_Plugins", "overlay_gateway");

    /// <summary>Finds it.</summary>
    /// <exception cref="OverlayException">There is none.</exception>
    public static KlyntarCoreFolder Find(string path)
    {
        string folder = Path.GetFullPath(path);
        string? main = MainFiles.FirstOrDefault(file => File.Exists(Path.Combine(folder, file)));
        return main is not null
            ? new KlyntarCoreFolder(folder, main)
            : throw new OverlayException($"{folder} is no folder of a KLYNTAR core: it has neither {MainFiles[0]} nor {MainFiles[1]}. Name the one that was cloned. KLYNTAR's core in Go takes no plugins; integrations/klyntar-core/README.md says how it is run with the gateway.");
    }

    /// <summary>Checks that the core's own libraries are there, of which the plugin guards one.</summary>
    /// <exception cref="OverlayException">They are not.</exception>
    public void CheckLibraries()
    {
        // Node looks for them in the folders above, too.
        for (DirectoryInfo? at = new(_folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "node_modules", "websocket", "package.json")))
            {
                return;
            }
        }

        throw new OverlayException($"The core's libraries are not in {_folder}: node_modules/websocket is missing. Install the core first, as its README says (pnpm install, or npm ci).");
    }
}
