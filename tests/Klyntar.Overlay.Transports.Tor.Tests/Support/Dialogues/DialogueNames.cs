using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Gives a name to whatever is secret in a dialogue, or differs from one recording to the next: the same value has the same name throughout.</summary>
internal sealed partial class DialogueNames
{
    private readonly List<(string Value, string Name)> _known = [];
    private readonly Dictionary<(string Kind, string Value), string> _given = [];

    /// <summary>Names a value that the recording's surroundings know.</summary>
    public void Know(string name, string value) => _known.Add((value, name));

    /// <summary>The line as it is written down.</summary>
    public string Replace(string line)
    {
        foreach ((string value, string name) in _known)
        {
            line = line.Replace(value, $"{{{name}}}", StringComparison.OrdinalIgnoreCase);
        }

        return Values().Replace(line, match =>
        {
            Group found = match.Groups.Values.Skip(1).First(g => g.Success && g.Name != "before");
            return $"{match.Groups["before"].Value}{{{NameOf(found.Name.Replace('_', '-'), found.Value)}}}";
        });
    }

    private string NameOf(string kind, string value)
    {
        if (!_given.TryGetValue((kind, value), out string? name))
        {
            int others = _given.Keys.Count(k => k.Kind == kind);
            _given.Add((kind, value), name = others == 0 ? kind : $"{kind}-{others + 1}");
        }

        return name;
    }

    [GeneratedRegex(
        """
        (?<before>\bTor=")(?<version>[^"]+)
        |(?<before>\bSERVERHASH=)(?<server_hash>[0-9A-F]{64})
        |(?<before>\bSERVERNONCE=)(?<server_nonce>[0-9A-F]{64})
        |(?<before>^AUTHCHALLENGE[ ]SAFECOOKIE[ ])(?<client_nonce>[0-9A-F]{64})
        |(?<before>^AUTHENTICATE[ ])(?<proof>[0-9A-F]{64})
        |(?<before>^AUTHENTICATE[ ]")(?<unknown_password>[^"{}]+)
        |(?<before>\bED25519-V3:)(?<key>[A-Za-z0-9+/=]{88})
        |(?<before>\bx25519:)(?<client_key>[A-Za-z0-9+/=]{43,44})
        |(?<before>\bClientAuthV3=)(?<client>[A-Z2-7]{52})
        |\b(?<service>[a-z2-7]{56})\b
        |(?<before>[ ]UNKNOWN[ ]UNKNOWN[ ])(?<descriptor>\S{43})
        |(?<before>\b127\.0\.0\.1:)(?<port>[0-9]+)
        |(?<before>\bHashedControlPassword[ ])(?<hashed_password>\S+)
        |(?<before>\buptime=)(?<uptime>[0-9]+)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Values();
}
