using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Testing;

/// <summary>Identities of an in-memory overlay: 32 random bytes, kept behind a header or written as hexadecimal digits.</summary>
internal sealed class InMemoryIdentities(string overlay, InMemoryAddress addresses) : IIdentityFormat
{
    private const string Binary = "memory-key";
    private const string Hexadecimal = "hex";

    private static ReadOnlySpan<byte> Header => "== in-memory key =="u8;

    public ImmutableArray<string> Formats { get; } = [Binary, Hexadecimal];

    public Identity Create() => Of(RandomNumberGenerator.GetBytes(InMemoryAddress.KeyLength));

    public IdentityImport Import(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith(Header))
        {
            return data.Length == Header.Length + InMemoryAddress.KeyLength
                ? IdentityImport.Valid(Of(data[Header.Length..]))
                : IdentityImport.Invalid($"An in-memory key has {Header.Length + InMemoryAddress.KeyLength} bytes, not {data.Length}.");
        }

        if (data is [.. var line, (byte)'\n'])
        {
            data = line;
        }

        Span<byte> key = stackalloc byte[InMemoryAddress.KeyLength];
        return data.Length == 2 * InMemoryAddress.KeyLength
            && Ascii.IsValid(data)
            && Convert.FromHexString(Encoding.ASCII.GetString(data), key, out _, out _) == System.Buffers.OperationStatus.Done
            ? IdentityImport.Valid(Of(key))
            : IdentityImport.Invalid("This is neither an in-memory key file nor 64 hexadecimal digits.");
    }

    public byte[] Export(Identity identity, string format)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (identity.Overlay != overlay)
        {
            throw new ArgumentException($"The identity is of {identity.Overlay}, not of {overlay}.", nameof(identity));
        }

        return format switch
        {
            Binary => identity.Secret.ToArray(),
            Hexadecimal => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Key(identity)) + "\n"),
            _ => throw new ArgumentException($"There is no format '{format}'.", nameof(format)),
        };
    }

    /// <summary>Whether an identity is of this overlay and whole.</summary>
    public bool Owns(Identity identity) =>
        identity.Overlay == overlay
        && Import(identity.Secret).Identity is { } same
        && same.Address == identity.Address;

    /// <summary>The bytes that make the addresses of an identity that is owned.</summary>
    public static ReadOnlySpan<byte> Key(Identity identity) => identity.Secret[Header.Length..];

    private Identity Of(ReadOnlySpan<byte> key) => new(overlay, addresses.Of(key), [.. Header, .. key]);
}
