using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Klyntar.Overlay;

/// <summary>
/// Decides which connections may share a circuit or session: equal keys may, different keys never do, where the
/// overlay's <see cref="TransportCapabilities.Isolation"/> allows.
/// </summary>
/// <remarks>
/// A key is made from a door and the credentials a client gave, hashed with a random salt of this process: it says
/// nothing of the credentials and means nothing after a restart.
/// </remarks>
public readonly record struct IsolationKey
{
    private static readonly byte[] Salt = RandomNumberGenerator.GetBytes(32);

    private readonly UInt128 _value;

    private IsolationKey(UInt128 value) => _value = value;

    /// <summary>The key of connections that asked for no isolation.</summary>
    public static IsolationKey Shared => default;

    /// <summary>A key that no other connection has.</summary>
    public static IsolationKey Unique()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new IsolationKey(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The key of one client of one door.</summary>
    /// <param name="scope">The door, so that clients of different doors are never one.</param>
    /// <param name="user">The user name as sent, any bytes.</param>
    /// <param name="password">The password as sent, any bytes.</param>
    public static IsolationKey From(string scope, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(scope);
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Salt);
        Append(hash, System.Text.Encoding.UTF8.GetBytes(scope));
        Append(hash, user);
        Append(hash, password);
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return new IsolationKey(BinaryPrimitives.ReadUInt128BigEndian(digest));

        // Lengths go in as well: ("a", "bc") and ("ab", "c") are different clients.
        static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }
    }

    /// <summary>The key as 32 hexadecimal digits, for overlays that take isolation as a text.</summary>
    public override string ToString() => _value.ToString("x32", null);
}
