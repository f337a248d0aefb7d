using System.Security.Cryptography;

namespace Klyntar.Overlay.Identities;

/// <summary>The private key that makes a service's address, in its overlay's own form. Treat it as a secret: it never prints its bytes.</summary>
public sealed class Identity
{
    private readonly byte[] _secret;

    /// <summary>Makes an identity; only the transport whose overlay it is should.</summary>
    /// <param name="overlay">The transport's name.</param>
    /// <param name="address">The host name that the key makes, in canonical form.</param>
    /// <param name="secret">The key in the form that the transport keeps in the key folder. Copied.</param>
    public Identity(string overlay, string address, ReadOnlySpan<byte> secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(overlay);
        ArgumentException.ThrowIfNullOrEmpty(address);
        if (secret.IsEmpty)
        {
            throw new ArgumentException("An identity has a secret.", nameof(secret));
        }

        Overlay = overlay;
        Address = address;
        _secret = secret.ToArray();
    }

    /// <summary>The transport's name.</summary>
    public string Overlay { get; }

    /// <summary>The host name that the key makes. Where the overlay has an address for each port, the first one's.</summary>
    public string Address { get; }

    /// <summary>The key, in the form that the transport keeps in the key folder.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Whether two identities are the same key, kept in the same form. Takes the same time wherever they differ.</summary>
    public bool IsSameKey(Identity other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Overlay == other.Overlay && CryptographicOperations.FixedTimeEquals(_secret, other._secret);
    }

    /// <summary>The overlay, without address or secret.</summary>
    public override string ToString() => $"an identity on {Overlay}";
}
