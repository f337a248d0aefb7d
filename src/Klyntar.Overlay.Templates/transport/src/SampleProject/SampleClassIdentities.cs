using System.Collections.Immutable;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace SampleNamespace;

/// <summary>Keys of services: 32 random bytes. All of it works without the network, and before the transport is started.</summary>
internal sealed class SampleClassIdentities : IIdentityFormat
{
    private const int KeyLength = 32;
    private const string Raw = "raw";

    /// <summary>The first one is how keys are kept in the key folder. Others would be what other programs of the overlay read and write.</summary>
    public ImmutableArray<string> Formats { get; } = [Raw];

    public Identity Create() => Of(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>Any bytes get an answer: a damaged file is refused with a sentence, which never repeats the file's bytes.</summary>
    public IdentityImport Import(ReadOnlySpan<byte> data) => data.Length == KeyLength
        ? IdentityImport.Valid(Of(data))
        : IdentityImport.Invalid($"A key of this overlay has {KeyLength} bytes, not {data.Length}.");

    /// <summary>What is asked for wrongly is a bug of whoever asks, so it is an exception.</summary>
    public byte[] Export(Identity identity, string format)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return !Owns(identity) ? throw new ArgumentException("The identity is another overlay's.", nameof(identity))
            : format != Raw ? throw new ArgumentException($"There is no format '{format}'.", nameof(format))
            : identity.Secret.ToArray();
    }

    /// <summary>Whether an identity is a whole one of this overlay.</summary>
    public static bool Owns(Identity identity) =>
        identity.Overlay == SampleClassAddress.Overlay && identity.Secret.Length == KeyLength && identity.Address == SampleClassAddress.OfKey(identity.Secret);

    private static Identity Of(ReadOnlySpan<byte> key) => new(SampleClassAddress.Overlay, SampleClassAddress.OfKey(key), key);
}
