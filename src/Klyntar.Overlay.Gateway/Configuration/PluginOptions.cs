using System.Collections.ObjectModel;
using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where transports that do not come with the gateway are, and which contents are expected of them.</summary>
public sealed record PluginOptions
{
    /// <summary>The folder that holds a folder for each plugin; null for <see cref="DefaultFolder"/>.</summary>
    [Description("The folder that holds a folder for each plugin, named as its transport. A relative path starts at this file. Default: $XDG_DATA_HOME/klyntar-overlay/transports, else ~/.local/share/klyntar-overlay/transports.")]
    public string? Folder { get; init; }

    /// <summary>Plugins that are pinned, by name: the SHA-256 of their contents in hexadecimal, as <c>transports info</c> tells it. One whose contents are others is refused.</summary>
    [Description("Plugins that are pinned, by name: the SHA-256 that 'klyntar-overlay transports info NAME' tells. A plugin whose contents are others is refused.")]
    public IReadOnlyDictionary<string, string> Pinned { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The folder, be it told or the default.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string FullPath => Folder ?? DefaultFolder;

    /// <summary>The plugin folder of a gateway that is told none: <c>$XDG_DATA_HOME/klyntar-overlay/transports</c>, else <c>~/.local/share/klyntar-overlay/transports</c>.</summary>
    public static string DefaultFolder => Path.Combine(UserFolders.Of("XDG_DATA_HOME", ".local", "share"), "klyntar-overlay", "transports");
}
