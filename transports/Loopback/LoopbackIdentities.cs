using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>Identities of the loopback transport: 32 random bytes, whose hash makes an address of 127.0.0.0/8.</summary>
internal sealed class LoopbackIdentities : IIdentityFormat
{
    private const int SecretLength = 32;
    private const string Raw = "raw";

    public static LoopbackIdentities Instance { get; } = new();

    public ImmutableArray<string> Formats { get; } = [Raw];

    public Identity Create() => Of(RandomNumberGenerator.GetBytes(SecretLength));

    public IdentityImport Import(ReadOnlySpan<byte> data) =>
        data.Length == SecretLength
            ? IdentityImport.Valid(Of(data))
            : IdentityImport.Invalid($"A loopback key has {SecretLength} bytes, not {data.Length}.");

    public byte[] Export(Identity identity, string format)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (identity.Overlay != LoopbackEndPoint.OverlayName)
        {
            throw new ArgumentException($"The identity is of {identity.Overlay}, not of {LoopbackEndPoint.OverlayName}.", nameof(identity));
        }

        return format == Raw ? identity.Secret.ToArray() : throw new ArgumentException($"There is no format '{format}'.", nameof(format));
    }

    /// <summary>The address of a key: 127 and 24 bits of a hash, outside 127.0.0.0/16, where other programs listen.</summary>
    public static IPAddress AddressOf(ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        return new IPAddress([127, (byte)(1 + (hash[0] % 254)), hash[1], (byte)(1 + (hash[2] % 254))]);
    }

    private static Identity Of(ReadOnlySpan<byte> secret) =>
        new(LoopbackEndPoint.OverlayName, LoopbackEndPoint.HostOf(AddressOf(secret)), secret);
}
