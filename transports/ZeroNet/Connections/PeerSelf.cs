using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What this side says of itself, so that it looks like most nodes. What is copied by <c>with</c> stays the same peer.</summary>
internal sealed record PeerSelf
{
    /// <summary>The number of HelloZeroNet's last release, which most nodes are or have begun as.</summary>
    public const long Revision = 4555;

    private const string Version = "0.7.2";

    private const string PeerIdLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The clock, which the handshake tells.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The port that this side listens on, or 0.</summary>
    public int FileServerPort { get; init; }

    /// <summary>Whether that port is reached from outside; null where it is not known.</summary>
    public bool? IsPortOpen { get; init; }

    /// <summary>The own onion without its suffix; null where this peer is on none.</summary>
    public string? Onion { get; init; }

    /// <summary>The name, made anew for each peer that this side is: as BitTorrent clients have one (BEP 20). Empty over overlays, where it would link what is to look unrelated.</summary>
    public string PeerId { get; init; } = MakePeerId();

    /// <summary>A name: 20 characters of ASCII.</summary>
    public static string MakePeerId() => "-UT3530-" + RandomNumberGenerator.GetString(PeerIdLetters, 12);

    /// <summary>The same peer as one that nobody reaches and that has no name, so that it is not told of to others, nor known again.</summary>
    public PeerSelf Withheld => this with { FileServerPort = 0, IsPortOpen = false, Onion = null, PeerId = "" };

    /// <summary>A handshake.</summary>
    /// <param name="target">In a request the address that was dialled, in an answer the one that the dialler was seen at.</param>
    /// <param name="canEncrypt">Whether TLS is offered.</param>
    /// <param name="crypt">The encryption in use, or about to be; null for none.</param>
    public Handshake Describe(string target, bool canEncrypt, string? crypt) => new()
    {
        Version = Version,
        Protocol = "v2",
        UsesBinType = true,
        PeerId = PeerId,
        FileServerPort = FileServerPort,
        IsPortOpen = IsPortOpen,
        TargetAddress = target,
        Revision = Revision,
        CryptSupported = canEncrypt ? [Handshake.Tls] : ImmutableArray<string>.Empty,
        Crypt = crypt,
        Time = Clock.GetUtcNow().ToUnixTimeSeconds(),
        Onion = Onion,
    };
}
