using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Identities of this transport: obfs4 keys, kept as obfs4proxy keeps them. The address holds the IP address that the configuration tells others.</summary>
/// <param name="advertised">That IP address.</param>
internal sealed class Obfs4Identities(IPAddress advertised) : IIdentityFormat
{
    /// <summary>The format of obfs4proxy's <c>obfs4_state.json</c>.</summary>
    public const string Format = PtMethodName.Obfs4;

    /// <inheritdoc/>
    public ImmutableArray<string> Formats { get; } = [Format];

    /// <inheritdoc/>
    public Identity Create() => ToIdentity(Obfs4Key.Create());

    /// <inheritdoc/>
    public IdentityImport Import(ReadOnlySpan<byte> data) =>
        Obfs4Key.TryRead(data, out Obfs4Key? key, out string? why)
            ? IdentityImport.Valid(ToIdentity(key))
            : IdentityImport.Invalid($"This is no obfs4 key. {why}");

    /// <inheritdoc/>
    public byte[] Export(Identity identity, string format)
    {
        byte[] bytes = KeyOf(identity).Write();
        return format == Format ? bytes : throw new ArgumentException($"There is no format \"{format}\" for keys of {PluggableEndPoint.OverlayName}. Use {Format}.", nameof(format));
    }

    /// <summary>The key of an identity.</summary>
    /// <exception cref="ArgumentException">It is another overlay's, or damaged.</exception>
    public static Obfs4Key KeyOf(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Overlay == PluggableEndPoint.OverlayName && Obfs4Key.TryRead(identity.Secret, out Obfs4Key? key, out _)
            ? key
            : throw new ArgumentException($"The identity is on {identity.Overlay}, and no key of {PluggableEndPoint.OverlayName}.", nameof(identity));
    }

    private Identity ToIdentity(Obfs4Key key) =>
        new(PluggableEndPoint.OverlayName, new Obfs4Address(new IPEndPoint(advertised, key.Port), key.Certificate, key.IatMode).Host, key.Write());
}
