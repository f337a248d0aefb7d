namespace Klyntar.Overlay.BinFetch;

/// <summary>A request that was read: every fault of it is told before anything is asked of a server.</summary>
internal sealed class BundleSource
{
    /// <summary>The signed list of sums in a version's folder.</summary>
    public const string SumsName = "sha256sums-signed-build.txt";

    private static readonly string[] ProxySchemes = ["socks5", "http"];

    private readonly Uri[] _bases;

    /// <exception cref="OverlayException">Something in the request cannot be used.</exception>
    public BundleSource(TorBundleRequest request, BundlePlatform platform, TimeProvider clock)
    {
        Options = request.Download ?? new DownloadOptions { Clock = clock };
        if (request.Proxy is { } proxy)
        {
            Options = Options with { Proxy = ReadProxy(proxy) };
        }

        Version = request.Version ?? platform.PinnedVersion;
        if (!BundleVersion.IsVersion(Version))
        {
            throw new OverlayException($"\"{Shown(Version)}\" is no version of a bundle: 15.0.24 is one, and 16.0a13.");
        }

        if (!KeyFingerprint.TryParse(request.Fingerprint, out KeyFingerprint fingerprint))
        {
            throw new OverlayException($"\"{Shown(request.Fingerprint)}\" is no fingerprint of a key: it has 40 hexadecimal digits, as {TorBundleRequest.TorBrowserDevelopers} has.");
        }

        Fingerprint = fingerprint;
        Archive = platform.Archive(Version);
        PinnedSha256 = Version == platform.PinnedVersion ? platform.PinnedSha256 : null;
        _bases = request.Mirror is { } mirror ? [ReadMirror(mirror, Options.AllowsPlainLoopback)] : [.. request.Servers.Select(static text => new Uri(text))];
    }

    public DownloadOptions Options { get; }

    public string Version { get; }

    public KeyFingerprint Fingerprint { get; }

    /// <summary>The archive's name.</summary>
    public string Archive { get; }

    /// <summary>The archive's SHA-256 where this program knows it.</summary>
    public string? PinnedSha256 { get; }

    public AllowedPlaces Allowed => new(_bases, Options.AllowsPlainLoopback);

    /// <summary>A file of this version.</summary>
    public RemoteFile File(string name, long limit) => new(name, [.. _bases.Select(start => new Uri(start, $"{Version}/{name}"))], limit);

    private static Uri ReadMirror(string text, bool allowsPlainLoopback) =>
        Uri.TryCreate(text.EndsWith('/') ? text : $"{text}/", UriKind.Absolute, out Uri? mirror) && mirror.Query.Length == 0 && AllowedPlaces.IsForm(mirror, allowsPlainLoopback)
            ? mirror
            : throw new OverlayException($"\"{Shown(text)}\" is no mirror: it is an address that begins with https://, such as https://dist.torproject.org/torbrowser/.");

    private static Uri ReadProxy(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && ProxySchemes.Contains(proxy.Scheme) && proxy is { UserInfo: "", Port: > 0, Host.Length: > 0 }
            ? proxy
            : throw new OverlayException($"\"{Shown(text)}\" is no proxy: it is written as socks5://127.0.0.1:9050 or http://HOST:PORT, without a user.");

    private static string Shown(string text) => text.Length > 100 ? text[..100] : text;
}
