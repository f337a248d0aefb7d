using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What status tells of client keys: how many there are, and which services turned this gateway away.</summary>
internal static class ClientKeyNotes
{
    private const int Most = 8;

    /// <summary>Notes for a terminal. Of services that no key is configured for only the beginning is told: their names are what clients dialled.</summary>
    public static ImmutableArray<string> Of(ClientKeyring keyring, AuthorizationVerdicts verdicts)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (keyring.Count > 0)
        {
            notes.Add(keyring.Count == 1 ? "has a client key for 1 service" : $"has client keys for {keyring.Count} services");
        }

        KeyValuePair<string, DialErrorKind>[] turnedAway = [.. verdicts.All.OrderBy(v => v.Key, StringComparer.Ordinal)];
        notes.AddRange(turnedAway.Take(Most).Select(v => Sentence(v.Key, v.Value, keyring.NameFor(v.Key))));
        if (turnedAway.Length > Most)
        {
            notes.Add($"{turnedAway.Length - Most} more services want another client key");
        }

        return notes.DrainToImmutable();
    }

    private static string Sentence(string host, DialErrorKind kind, string? name)
    {
        string shown = name is null ? LogText.Redact(host) : host;
        return kind == DialErrorKind.AuthorizationWrong
            ? $"{shown} does not accept {(name is null ? "a client key" : $"the client key \"{name}\"")}"
            : $"{shown} wants a client key, and there is none for it";
    }
}
