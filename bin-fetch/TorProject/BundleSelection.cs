using System.Text.Json.Serialization;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Which version is used, and which was before it; null where none is.</summary>
internal sealed partial record BundleSelection(string? Current, string? Previous)
{
    public static BundleSelection None { get; } = new(null, null);

    /// <summary>Reads a selection; nothing is selected where there is none.</summary>
    /// <exception cref="OverlayException">There is one that cannot be read: another program than the operator chose must not take its place.</exception>
    public static BundleSelection Read(string path)
    {
        BundleSelection? selection = SmallJson.Read(path, BundleSelectionJson.Default.BundleSelection);
        bool isSound = selection is not null && new[] { selection.Current, selection.Previous }.All(static version => version is null || BundleVersion.IsVersion(version));
        return isSound ? selection!
            : !File.Exists(path) ? None
            : throw new OverlayException($"Which bundle of the Tor Project is used cannot be read from {path}. Choose again: klyntar-overlay fetch tor --use VERSION, or --use none.");
    }

    public void Write(string path) => SmallJson.Write(path, this, BundleSelectionJson.Default.BundleSelection);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(BundleSelection))]
    private sealed partial class BundleSelectionJson : JsonSerializerContext;
}
