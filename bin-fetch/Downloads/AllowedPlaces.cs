namespace Klyntar.Overlay.BinFetch;

/// <summary>The servers that may be asked: those that were named, and no other that one of them points to.</summary>
/// <param name="named">Addresses on them.</param>
/// <param name="allowsPlainLoopback">Whether this machine may be asked without TLS.</param>
internal sealed class AllowedPlaces(IEnumerable<Uri> named, bool allowsPlainLoopback)
{
    private readonly Uri[] _named = [.. named];

    /// <summary>Whether an address is of a form that may be asked at all.</summary>
    public static bool IsForm(Uri address, bool allowsPlainLoopback) =>
        address is { IsAbsoluteUri: true, UserInfo: "", Fragment: "" }
        && (address.Scheme == Uri.UriSchemeHttps || (allowsPlainLoopback && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    public bool Contains(Uri address) =>
        IsForm(address, allowsPlainLoopback) && _named.Any(named => named.Scheme == address.Scheme && named.IdnHost == address.IdnHost && named.Port == address.Port);

    public override string ToString() => string.Join(", ", _named.Select(static named => named.Authority).Distinct());
}
