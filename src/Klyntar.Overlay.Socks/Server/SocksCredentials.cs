using System.Security.Cryptography;

namespace Klyntar.Overlay.Socks;

/// <summary>The user names and passwords that a door accepts. Only salted digests are kept, and the time a check takes tells nothing of them.</summary>
public sealed class SocksCredentials
{
    /// <summary>The longest user name or password, in bytes (RFC 1929).</summary>
    public const int MaxLength = 255;

    private const int DigestLength = 32;

    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(DigestLength);
    private readonly byte[] _digests;

    /// <summary>Makes a set of credentials.</summary>
    /// <param name="pairs">At least one user name and password, each at most <see cref="MaxLength"/> bytes, not both empty.</param>
    /// <exception cref="ArgumentException">There is no pair, or one is empty or too long.</exception>
    public SocksCredentials(params ReadOnlySpan<(ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)> pairs)
    {
        if (pairs.IsEmpty)
        {
            throw new ArgumentException("At least one pair of credentials is needed.", nameof(pairs));
        }

        _digests = new byte[pairs.Length * DigestLength];
        for (int i = 0; i < pairs.Length; i++)
        {
            (ReadOnlyMemory<byte> user, ReadOnlyMemory<byte> password) = pairs[i];
            if (user.Length > MaxLength || password.Length > MaxLength || user.Length + password.Length == 0)
            {
                throw new ArgumentException($"User name and password have at most {MaxLength} bytes each, and are not both empty.", nameof(pairs));
            }

            Digest(user.Span, password.Span, _digests.AsSpan(i * DigestLength));
        }
    }

    /// <summary>Whether a client's credentials are one of the pairs.</summary>
    /// <param name="user">The user name as sent.</param>
    /// <param name="password">The password as sent.</param>
    public bool Accept(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        if (user.Length > MaxLength || password.Length > MaxLength)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[DigestLength];
        Digest(user, password, digest);
        bool found = false;
        for (int i = 0; i < _digests.Length; i += DigestLength)
        {
            // Every pair is compared, so that the time does not tell which one matched.
            found |= CryptographicOperations.FixedTimeEquals(digest, _digests.AsSpan(i, DigestLength));
        }

        return found;
    }

    private void Digest(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, Span<byte> digest)
    {
        // Lengths go in as well: ("a", "bc") and ("ab", "c") are different pairs.
        Span<byte> message = stackalloc byte[2 + MaxLength + MaxLength];
        message[0] = (byte)user.Length;
        message[1] = (byte)password.Length;
        user.CopyTo(message[2..]);
        password.CopyTo(message[(2 + user.Length)..]);
        HMACSHA256.HashData(_salt, message[..(2 + user.Length + password.Length)], digest);
        CryptographicOperations.ZeroMemory(message);
    }
}
