namespace Klyntar.Overlay.Identities;

/// <summary>A private key by which services that admit only whom they know, know this gateway. Treat it as a secret: it never prints its bytes.</summary>
public sealed class ClientKey
{
    private readonly byte[] _secret;

    /// <summary>Makes a key; only the transport whose overlay it is for should.</summary>
    /// <param name="overlay">The transport's name.</param>
    /// <param name="publicPart">What the services' operators are given, a line of text. No secret.</param>
    /// <param name="secret">The key in the form that is kept in the key folder. Copied.</param>
    public ClientKey(string overlay, string publicPart, ReadOnlySpan<byte> secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(overlay);
        ArgumentException.ThrowIfNullOrEmpty(publicPart);
        if (secret.IsEmpty)
        {
            throw new ArgumentException("A client key has a secret.", nameof(secret));
        }

        Overlay = overlay;
        PublicPart = publicPart;
        _secret = secret.ToArray();
    }

    /// <summary>The transport's name.</summary>
    public string Overlay { get; }

    /// <summary>What a service's operator is given, so that the service admits whoever has the key: a line of text, and no secret.</summary>
    public string PublicPart { get; }

    /// <summary>The key, in the form that is kept in the key folder.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>The overlay, without the key.</summary>
    public override string ToString() => $"a client key on {Overlay}";
}
