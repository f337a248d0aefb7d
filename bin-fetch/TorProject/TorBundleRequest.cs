namespace Klyntar.Overlay.BinFetch;

/// <summary>Which of the Tor Project's expert bundles is to be obtained, and by which key it is believed.</summary>
public sealed record TorBundleRequest
{
    /// <summary>The fingerprint of the Tor Browser Developers' key, by which the Tor Project signs its bundles.</summary>
    public const string TorBrowserDevelopers = "EF6E286DDA85EA2A4BA7DE684E2C6E8793298290";

    /// <summary>The file that holds the public key, armored or not.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The fingerprint of the only key that is believed: 40 hexadecimal digits.</summary>
    public string Fingerprint { get; init; } = TorBrowserDevelopers;

    /// <summary>The version, such as <c>15.0.24</c>; null for the one that this program knows.</summary>
    public string? Version { get; init; }

    /// <summary>A server to ask instead of the Tor Project's: its folder that has one folder a version. HTTPS.</summary>
    public string? Mirror { get; init; }

    /// <summary>A proxy to reach it through, as <c>socks5://HOST:PORT</c> or <c>http://HOST:PORT</c>. It resolves the names too.</summary>
    public string? Proxy { get; init; }

    /// <summary>The Tor Project's servers, in the order in which they are asked.</summary>
    internal IReadOnlyList<string> Servers { get; init; } =
    [
        "https://dist.torproject.org/torbrowser/",

        // Where versions go that are no longer recommended.
        "https://archive.torproject.org/tor-package-archive/torbrowser/",
    ];

    /// <summary>How files are downloaded; null for the usual way.</summary>
    internal DownloadOptions? Download { get; init; }

    /// <summary>The most bytes of an archive.</summary>
    internal long ArchiveLimit { get; init; } = 256L * 1024 * 1024;

    /// <summary>The most bytes that it unpacks to.</summary>
    internal long UnpackedLimit { get; init; } = BundleArchive.SizeLimit;
}
