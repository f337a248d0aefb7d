namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Which upstream a host is dialled through.</summary>
internal sealed class SocksRoutes
{
    private readonly (string Suffix, SocksUpstream Upstream)[] _suffixes;
    private readonly SocksUpstream? _names;
    private readonly SocksUpstream? _addresses;

    public SocksRoutes(IReadOnlyCollection<SocksUpstream> upstreams)
    {
        // The longest first, so that ".exit.loki" may be another's than ".loki".
        _suffixes = [.. upstreams.SelectMany(u => u.Options.Suffixes.Select(s => (s, u))).OrderByDescending(c => c.s.Length)];
        _names = upstreams.FirstOrDefault(u => u.Options.Names);
        _addresses = upstreams.FirstOrDefault(u => u.Options.Addresses);
    }

    /// <summary>Claims a host, as <see cref="ITransport.Parse(string, int)"/> promises.</summary>
    public ParsedHost Parse(string host, int port)
    {
        if (_addresses is not null && HostName.TryReadAddress(host, out string? address))
        {
            return ParsedHost.Valid(new SocksEndPoint(address, port, suffix: null));
        }

        if (HostName.Normalize(host) is not { } name)
        {
            return ParsedHost.NotClaimed;
        }

        (string? suffix, SocksUpstream? upstream) = Claim(name);
        return upstream is null ? ParsedHost.NotClaimed
            : HostName.Problem(name) is { } why ? ParsedHost.Invalid(why)
            : ParsedHost.Valid(new SocksEndPoint(name, port, suffix));
    }

    /// <summary>The upstream of an end point that <see cref="Parse"/> gave, here or in a transport of the same configuration; null where there is none.</summary>
    public SocksUpstream? Find(SocksEndPoint endPoint) =>
        HostName.TryReadAddress(endPoint.Host, out _) ? _addresses : Claim(endPoint.Host).Upstream;

    private (string? Suffix, SocksUpstream? Upstream) Claim(string name)
    {
        if (HostName.IsNumber(name.AsSpan(name.LastIndexOf('.') + 1)))
        {
            return (null, null);
        }

        (string Suffix, SocksUpstream Upstream) claim = _suffixes.FirstOrDefault(c => name.EndsWith(c.Suffix, StringComparison.Ordinal));
        return claim.Upstream is not null ? claim : (null, HostSuffix.IsSpecial(name) ? null : _names);
    }
}
