namespace Klyntar.Overlay.BinFetch;

/// <summary>The kinds of packets that are used here; the others are known by their number alone (RFC 9580, section 5).</summary>
internal enum OpenPgpTag
{
    Signature = 2,
    SecretKey = 5,
    PublicKey = 6,
    UserId = 13,
    PublicSubkey = 14,
}
