using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>An obfs4 server's key material, in the form of obfs4proxy's own <c>obfs4_state.json</c>. It never prints its private bytes.</summary>
internal sealed class Obfs4Key
{
    // Below the ports that systems give to outgoing connections, with room for the further ports of a service.
    private const int FirstPort = 16384;
    private const int Ports = 16128;

    private const int NodeIdSize = 20;
    private const int SeedSize = 24;
    private const int MostIatMode = 2;
    private const int MaxSize = 4096;

    private readonly byte[] _nodeId;
    private readonly X25519Key _key;
    private readonly byte[] _seed;

    private Obfs4Key(byte[] nodeId, X25519Key key, byte[] seed, int iatMode)
    {
        _nodeId = nodeId;
        _key = key;
        _seed = seed;
        IatMode = iatMode;
        Certificate = [.. nodeId, .. key.PublicKey];
    }

    /// <summary>What clients must know: node id and public key, <see cref="Obfs4Certificate.Size"/> bytes.</summary>
    public byte[] Certificate { get; }

    /// <summary>How the server spreads its packets in time: 0 not at all, 1 and 2 more and more.</summary>
    public int IatMode { get; }

    /// <summary>The port that services under this key listen on where nothing else is configured: always the same, since it is part of their address.</summary>
    public int Port => FirstPort + (BinaryPrimitives.ReadUInt16BigEndian(SHA256.HashData(Certificate)) % Ports);

    /// <summary>Makes one from the system's random numbers.</summary>
    public static Obfs4Key Create() => new(RandomNumberGenerator.GetBytes(NodeIdSize), X25519Key.Create(), RandomNumberGenerator.GetBytes(SeedSize), 0);

    /// <summary>The file's text, as obfs4proxy writes it. It holds secrets.</summary>
    public byte[] Write() => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"node-id":"{{Hex(_nodeId)}}","private-key":"{{Hex(_key.Bytes)}}","public-key":"{{Hex(_key.PublicKey)}}","drbg-seed":"{{Hex(_seed)}}","iat-mode":{{IatMode}}}"""));

    /// <summary>Reads a file's text.</summary>
    /// <param name="data">The text.</param>
    /// <param name="key">The key.</param>
    /// <param name="why">What is wrong, as a sentence.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, [NotNullWhen(true)] out Obfs4Key? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        if (data.Length > MaxSize)
        {
            why = $"The file has {data.Length} bytes, and no obfs4_state.json is longer than {MaxSize}.";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(data.ToArray(), new JsonDocumentOptions { MaxDepth = 2 });
            return TryRead(document.RootElement, out key, out why);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is of a text or a name that is no Unicode, which is only seen when it is read.
            why = "The file is no JSON object, as obfs4proxy's obfs4_state.json is one. Take that file, whole.";
            return false;
        }
    }

    /// <summary>Says what this is, without its bytes.</summary>
    public override string ToString() => "an obfs4 key";

    private static bool TryRead(JsonElement root, [NotNullWhen(true)] out Obfs4Key? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        if (Bytes(root, "node-id", NodeIdSize) is not { } nodeId
            || Bytes(root, "private-key", X25519Key.Size) is not { } secret
            || Bytes(root, "public-key", X25519Key.Size) is not { } told
            || Bytes(root, "drbg-seed", SeedSize) is not { } seed
            || !root.TryGetProperty("iat-mode", out JsonElement mode)
            || mode.ValueKind != JsonValueKind.Number
            || !mode.TryGetInt32(out int iatMode)
            || iatMode is < 0 or > MostIatMode)
        {
            why = "The file lacks a part of obfs4proxy's obfs4_state.json, or one has the wrong length: node-id, private-key, public-key, drbg-seed and iat-mode. Take that file, whole.";
            return false;
        }

        if (X25519Key.TryFromPrivate(secret) is not { } x25519 || !x25519.PublicKey.SequenceEqual(told))
        {
            why = "The file's public key is not its private key's, so it is damaged. Restore it from a backup.";
            return false;
        }

        key = new Obfs4Key(nodeId, x25519, seed, iatMode);
        why = null;
        return true;
    }

    private static byte[]? Bytes(JsonElement root, string name, int size)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty(name, out JsonElement value)
            || value.ValueKind != JsonValueKind.String
            || value.GetString() is not { } text
            || text.Length != 2 * size
            || !text.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        return Convert.FromHexString(text);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
