namespace Klyntar.Overlay.Gateway;

/// <summary>Reads <c>overlay.json</c>: JSON with comments and trailing commas, strict about everything else.</summary>
public static class GatewayConfiguration
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "overlay.json";

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="catalog">The transports whose sections may occur.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it; all that is wrong is told at once.</exception>
    /// <exception cref="OverlayException">It cannot be read.</exception>
    public static GatewayOptions Load(string path, TransportCatalog catalog) => throw new NotImplementedException();

    /// <summary>Reads a text.</summary>
    /// <param name="utf8">The text, at most 1 MiB.</param>
    /// <param name="source">What it is called in messages; relative paths in it start at this path's folder.</param>
    /// <param name="catalog">The transports whose sections may occur.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it; all that is wrong is told at once.</exception>
    public static GatewayOptions Read(ReadOnlySpan<byte> utf8, string source, TransportCatalog catalog) => throw new NotImplementedException();

    /// <summary>Checks options that were made in code by the same rules. <see cref="GatewayHost"/> does so too.</summary>
    /// <exception cref="ConfigurationException">Something is wrong with them; all that is wrong is told at once.</exception>
    public static void Validate(GatewayOptions options, TransportCatalog catalog) => throw new NotImplementedException();
}
