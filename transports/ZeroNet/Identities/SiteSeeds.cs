using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Peers that a site's link names, to ask for the site: the query <c>zeronet_peers=HOST:PORT,HOST:PORT</c> of ZeroNet's own links. Whoever wrote the link is a stranger, and so are they: what
/// they give is verified by the site's key, and they are dialled only where any stranger's peer would be.
/// </summary>
internal sealed class SiteSeeds : IEquatable<SiteSeeds>
{
    /// <summary>The most peers of one link.</summary>
    public const int Most = 8;

    private const string Key = "zeronet_peers=";

    // One that is escaped throughout.
    private const int MostLength = 2048;

    private readonly string _text;

    private SiteSeeds(ImmutableArray<PeerLocation> peers)
    {
        Peers = peers;
        _text = string.Join(',', peers.Select(static peer => string.Create(CultureInfo.InvariantCulture, $"{peer.Host} {peer.Port}")).Order(StringComparer.Ordinal));
    }

    /// <summary>No peers.</summary>
    public static SiteSeeds None { get; } = new([]);

    /// <summary>The peers, each once, in the link's order.</summary>
    public ImmutableArray<PeerLocation> Peers { get; }

    /// <summary>Reads a query. Total: any text gives an answer.</summary>
    /// <param name="query">What follows the question mark.</param>
    /// <param name="seeds">The peers.</param>
    /// <param name="why">What is wrong, as the end of a sentence that does not repeat the text.</param>
    public static bool TryParse(string query, [NotNullWhen(true)] out SiteSeeds? seeds, [NotNullWhen(false)] out string? why)
    {
        seeds = null;
        if (query.Length > MostLength || !query.StartsWith(Key, StringComparison.Ordinal) || query.Contains('&', StringComparison.Ordinal))
        {
            why = $"all that may follow its question mark is {Key}HOST:PORT,HOST:PORT";
            return false;
        }

        string[] written = Uri.UnescapeDataString(query[Key.Length..]).Split(',', Most + 1);
        if (written.Length > Most)
        {
            why = $"it names more than {Most} peers to ask";
            return false;
        }

        var peers = ImmutableArray.CreateBuilder<PeerLocation>(written.Length);
        for (int i = 0; i < written.Length; i++)
        {
            if (PeerAddressText.Parse(written[i]) is not { } peer)
            {
                why = string.Create(CultureInfo.InvariantCulture, $"peer {i + 1} of those to ask is no HOST:PORT with an IP address or a name on an overlay");
                return false;
            }

            if (!peers.Contains(peer))
            {
                peers.Add(peer);
            }
        }

        seeds = new SiteSeeds(peers.ToImmutable());
        why = null;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(SiteSeeds? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SiteSeeds);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}
