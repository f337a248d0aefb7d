using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a BitTorrent tracker is told of a site, in the form that real nodes tell it.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="PeerId">The peer's own id for this run: 20 bytes of ASCII.</param>
/// <param name="Port">Where the peer is reached; <see cref="Unreachable"/> for nowhere.</param>
/// <param name="Wanted">How many peers are wanted.</param>
internal sealed record TrackerAnnouncement(string Site, string PeerId, int Port, int Wanted)
{
    /// <summary>The port of peers that nobody can connect to.</summary>
    public const int Unreachable = 1;

    /// <summary>How many bytes real nodes say to lack: some trackers give no peers to who has all.</summary>
    public const int BytesLeft = 431_102_370;

    /// <summary>The size of a site's name with trackers, in bytes.</summary>
    public const int InfoHashSize = 20;

    /// <summary>The size of a peer's id, in bytes.</summary>
    public const int PeerIdSize = 20;

    /// <summary>The site's name with trackers.</summary>
    /// <remarks>BitTorrent names by SHA-1, and nothing depends on its strength: what peers send is verified by the site's key.</remarks>
#pragma warning disable CA5350
    public byte[] InfoHash => SHA1.HashData(Encoding.ASCII.GetBytes(Site));
#pragma warning restore CA5350
}
