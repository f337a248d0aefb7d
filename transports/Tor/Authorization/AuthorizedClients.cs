using System.Collections.Immutable;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The clients that a service admits, as its options name them.</summary>
internal static class AuthorizedClients
{
    /// <summary>
    /// The most clients of one service. Its descriptor names them all, and directories take none of more than 50,000 bytes: tor 0.4.9
    /// accepted 369 clients and then published nothing. Some room is left for further introduction points.
    /// </summary>
    public const int Most = 320;

    /// <summary>A key of 32 bytes in base32.</summary>
    public const int Base32Size = 52;

    /// <summary>What a line of tor's file <c>.auth</c> starts with.</summary>
    public const string Prefix = "descriptor:x25519:";

    private const int LongestName = 64;

    /// <summary>What a client gives to the operator of a service: the line of tor's file <c>.auth</c>.</summary>
    /// <param name="publicKey">32 bytes.</param>
    public static string PublicPart(ReadOnlySpan<byte> publicKey) => Prefix + Text(publicKey);

    /// <summary>Says what is wrong with the clients, a sentence each.</summary>
    public static IEnumerable<string> Check(IReadOnlyDictionary<string, string> clients)
    {
        if (clients.Count > Most)
        {
            yield return $"There are {clients.Count} clients, and with more than {Most} the directories do not take the service's descriptor. Publish a second service for the others.";
            yield break;
        }

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string text) in clients)
        {
            if (!IsName(name))
            {
                yield return $"A client's name has 1 to {LongestName} letters, digits, dashes, dots and underscores.";
            }
            else if (Read(text, out string? why) is not { } key)
            {
                yield return $"The key of client \"{name}\" cannot be used: {why}";
            }
            else if (!seen.TryAdd(key, name))
            {
                yield return $"The clients \"{seen[key]}\" and \"{name}\" have the same key. Give each a key of its own, so that one can be shut out without the other.";
            }
        }
    }

    /// <summary>The public keys as ADD_ONION takes them.</summary>
    /// <param name="clients">Clients in which <see cref="Check"/> finds nothing wrong.</param>
    public static ImmutableArray<string> Keys(IReadOnlyDictionary<string, string> clients) =>
        [.. clients.Values.Select(text => Read(text, out _) ?? throw new InvalidOperationException("Clients are checked before a service is accepted."))];

    // Whoever mistook a private key for a public one must not find it in a log as well: the text is never repeated.
    private static string? Read(string? text, out string? why)
    {
        ReadOnlySpan<char> key = text.AsSpan().Trim();
        if (key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            key = key[Prefix.Length..];
        }

        why = null;
        Span<byte> bytes = stackalloc byte[X25519Key.Size];
        if (key.Contains(':'))
        {
            why = "it looks like a private key. Write the public part, which the client's 'klyntar-overlay keys auth list' shows, and have the client make a new key.";
        }
        else if (key.Length != Base32Size || !Base32.TryDecode(key, bytes))
        {
            why = $"it is not {Prefix} and {Base32Size} letters and digits (a-z, 2-7), nor these alone. Copy it again, whole.";
        }
        else if (!X25519Key.IsPublicKey(bytes))
        {
            why = "it is no public key, but a number that anybody could use. Ask the client for the right one.";
        }

        return why is null ? Text(bytes) : null;
    }

    private static string Text(ReadOnlySpan<byte> key) => Base32.Encode(key).ToUpperInvariant();

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
