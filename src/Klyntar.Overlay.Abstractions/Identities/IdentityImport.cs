using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Identities;

/// <summary>The outcome of reading an identity: the identity, or what is wrong with the data.</summary>
public readonly struct IdentityImport
{
    private readonly string? _why;

    private IdentityImport(Identity? identity, string? why)
    {
        Identity = identity;
        _why = why;
    }

    /// <summary>The identity, or null.</summary>
    public Identity? Identity { get; }

    /// <summary>What is wrong with the data, as a sentence without its bytes; null where there is an identity.</summary>
    public string? Why => Identity is null ? _why ?? "Nothing was read." : null;

    /// <summary>Whether an identity was read.</summary>
    [MemberNotNullWhen(true, nameof(Identity))]
    [MemberNotNullWhen(false, nameof(Why))]
    public bool IsValid => Identity is not null;

    /// <summary>An identity was read.</summary>
    public static IdentityImport Valid(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return new IdentityImport(identity, null);
    }

    /// <summary>The data is no identity of this overlay.</summary>
    /// <param name="why">What is wrong, as a sentence that does not repeat the data.</param>
    public static IdentityImport Invalid(string why)
    {
        ArgumentException.ThrowIfNullOrEmpty(why);
        return new IdentityImport(null, why);
    }
}
