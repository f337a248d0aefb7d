using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The hashes of SAFECOOKIE: each side proves that it can read the cookie, and neither shows it.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#authchallenge">control-spec, section 3.24</a>:
/// HMAC-SHA256 under a key for each side, over CookieString | ClientNonce | ServerNonce.
/// </remarks>
internal static class SafeCookie
{
    /// <summary>Bytes of a cookie, a nonce and a hash.</summary>
    public const int Length = 32;

    private static ReadOnlySpan<byte> ServerKey => "Tor safe cookie authentication server-to-controller hash"u8;

    private static ReadOnlySpan<byte> ClientKey => "Tor safe cookie authentication controller-to-server hash"u8;

    public static byte[] ServerHash(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        Hash(ServerKey, cookie, clientNonce, serverNonce);

    public static byte[] ClientHash(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        Hash(ClientKey, cookie, clientNonce, serverNonce);

    private static byte[] Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(cookie);
        hash.AppendData(clientNonce);
        hash.AppendData(serverNonce);
        return hash.GetHashAndReset();
    }
}
