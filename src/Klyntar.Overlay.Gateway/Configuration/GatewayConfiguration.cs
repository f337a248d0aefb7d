using System.Text.Json;
using System.Text.Unicode;

namespace Klyntar.Overlay.Gateway;

/// <summary>Reads <c>overlay.json</c>: JSON with comments and trailing commas, strict about everything else.</summary>
public static class GatewayConfiguration
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "overlay.json";

    private const int MaxLength = 1 << 20;

    private const string NoJsonAdvice = "Write JSON; comments and trailing commas are fine.";

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="catalog">The transports whose sections may occur.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it; all that is wrong is told at once.</exception>
    /// <exception cref="OverlayException">It cannot be read.</exception>
    public static GatewayOptions Load(string path, TransportCatalog catalog) => Read(Text(path), path, catalog);

    /// <summary>Reads what a file says of plugins, which have to be loaded before the rest of it can be read. What is wrong there, <see cref="Load"/> tells.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="ConfigurationException">It is not JSON.</exception>
    /// <exception cref="OverlayException">It cannot be read.</exception>
    public static PluginOptions LoadPlugins(string path)
    {
        ConfigurationNode root = Parse(Text(path), path);
        return root.Find("plugins") is { } node
            ? Anchor((PluginOptions)new ConfigurationBinder(new ConfigurationReport(path, root), TransportCatalog.Empty).Bind(node, typeof(PluginOptions))!, FolderOf(path))
            : new PluginOptions();
    }

    /// <summary>Reads a text.</summary>
    /// <param name="utf8">The text, at most 1 MiB.</param>
    /// <param name="source">What it is called in messages; relative paths in it start at this path's folder.</param>
    /// <param name="catalog">The transports whose sections may occur.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it; all that is wrong is told at once.</exception>
    public static GatewayOptions Read(ReadOnlySpan<byte> utf8, string source, TransportCatalog catalog)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentNullException.ThrowIfNull(catalog);
        ConfigurationNode root = Parse(utf8, source);
        var report = new ConfigurationReport(source, root);
        var options = (GatewayOptions)new ConfigurationBinder(report, catalog).Bind(root, typeof(GatewayOptions))!;
        new GatewayRules(options, catalog, report).Check();
        report.ThrowIfAny();
        return Anchor(options, FolderOf(source));
    }

    /// <summary>Checks options that were made in code by the same rules. <see cref="GatewayHost"/> does so too.</summary>
    /// <exception cref="ConfigurationException">Something is wrong with them; all that is wrong is told at once.</exception>
    public static void Validate(GatewayOptions options, TransportCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(catalog);
        var report = new ConfigurationReport("The gateway's options", root: null);
        new GatewayRules(options, catalog, report).Check();
        report.ThrowIfAny();
    }

    /// <summary>Compiles what reading takes, by reading a configuration that says nothing: for a thread beside the one that will read.</summary>
    public static void Prepare() => Read("{}"u8, FileName, TransportCatalog.Empty);

    /// <summary>Reads a part of a configuration, such as one peer. Rules across parts are checked where it is added.</summary>
    /// <exception cref="ConfigurationException">It cannot be read; all that is wrong is told at once.</exception>
    internal static T ReadPart<T>(ReadOnlySpan<byte> utf8, string source, TransportCatalog catalog)
    {
        ConfigurationNode root = Parse(utf8, source);
        var report = new ConfigurationReport(source, root);
        var part = (T)new ConfigurationBinder(report, catalog).Bind(root, typeof(T))!;
        report.ThrowIfAny();
        return part;
    }

    private static byte[] Text(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);

            // One byte more than allowed tells a file that is too long, whatever its length claims.
            var text = new byte[MaxLength + 1];
            return text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The configuration {path} cannot be read: {e.Message} Name another file with --config, or create this one.", e);
        }
    }

    private static string FolderOf(string source) => Path.GetDirectoryName(Path.GetFullPath(source)) ?? "/";

    private static ConfigurationNode Parse(ReadOnlySpan<byte> utf8, string source)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8["\uFEFF"u8.Length..];
        }

        if (utf8.Length > MaxLength)
        {
            throw Refuse(source, 0, 0, "The file is longer than 1 MiB.", "Is it the right file?");
        }

        if (!Utf8.IsValid(utf8))
        {
            throw Refuse(source, 0, 0, "The file is not UTF-8 text.", "Save it as UTF-8.");
        }

        try
        {
            return ConfigurationNode.Parse(utf8.ToArray());
        }
        catch (JsonException e)
        {
            throw Refuse(source, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1, $"This is not JSON: {WithoutPlace(e.Message)}", NoJsonAdvice);
        }
        catch (InvalidOperationException)
        {
            // Only an escape that makes half a character gets this far.
            throw Refuse(source, 0, 0, "A key holds an escape that is half a character.", "Write it as UTF-8 text, or both halves of the surrogate pair.");
        }
    }

    // System.Text.Json ends its messages with a place that is counted from 0, and quotes what it stumbled over,
    // control characters and all.
    private static string WithoutPlace(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return string.Concat((place < 0 ? message : message[..place]).Select(static c => char.IsControl(c) ? '?' : c));
    }

    private static ConfigurationException Refuse(string source, int line, int column, string reason, string advice) =>
        new(source, [new ConfigurationError("", line, column, reason, advice)]);

    private static GatewayOptions Anchor(GatewayOptions options, string folder) => options with
    {
        DataFolder = options.DataFolder is { } data ? Path.GetFullPath(data, folder) : null,
        Plugins = Anchor(options.Plugins, folder),
        Socks = [.. options.Socks.Select(d => d with
        {
            Credentials = [.. d.Credentials.Select(c => c with { PasswordFile = Path.GetFullPath(c.PasswordFile, folder) })],
        })],
    };

    private static PluginOptions Anchor(PluginOptions options, string folder) => options with { Folder = options.Folder is { } plugins ? Path.GetFullPath(plugins, folder) : null };
}
