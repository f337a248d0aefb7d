using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Identities;

/// <summary>The outcome of reading a client key: the key, or somebody's public part alone, or what is wrong with the data.</summary>
public readonly struct ClientKeyImport
{
    private readonly string? _why;

    private ClientKeyImport(ClientKey? key, string? host, string? publicPart, string? why)
    {
        Key = key;
        Host = host;
        PublicPart = publicPart;
        _why = why;
    }

    /// <summary>The key, or null.</summary>
    public ClientKey? Key { get; }

    /// <summary>The host name of the service that the key is for, where the data names it; else null.</summary>
    public string? Host { get; }

    /// <summary>The public part, where there is no more in the data: what a service's operator takes in, and nothing to be known by. Else null.</summary>
    public string? PublicPart { get; }

    /// <summary>Why there is no key, as a sentence without the data's bytes; null where there is one.</summary>
    public string? Why => Key is null ? _why ?? "Nothing was read." : null;

    /// <summary>Whether a key was read.</summary>
    [MemberNotNullWhen(true, nameof(Key))]
    [MemberNotNullWhen(false, nameof(Why))]
    public bool IsValid => Key is not null;

    /// <summary>A key was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="host">The host name of the service that the data names, or null.</param>
    public static ClientKeyImport Valid(ClientKey key, string? host = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new ClientKeyImport(key, host, null, null);
    }

    /// <summary>The data is the public part of a key, and whoever has it is known by nobody.</summary>
    /// <param name="publicPart">The public part, as <see cref="ClientKey.PublicPart"/> has it.</param>
    /// <param name="why">What to do with it, as a sentence.</param>
    public static ClientKeyImport Public(string publicPart, string why)
    {
        ArgumentException.ThrowIfNullOrEmpty(publicPart);
        ArgumentException.ThrowIfNullOrEmpty(why);
        return new ClientKeyImport(null, null, publicPart, why);
    }

    /// <summary>The data is no client key of this overlay.</summary>
    /// <param name="why">What is wrong, as a sentence that does not repeat the data.</param>
    public static ClientKeyImport Invalid(string why)
    {
        ArgumentException.ThrowIfNullOrEmpty(why);
        return new ClientKeyImport(null, null, null, why);
    }
}
