using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What the names of a dialogue stand for while it is played back: known beforehand, heard from the client, or made up as tor does.</summary>
internal sealed partial class DialogueValues
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal)
    {
        ["version"] = "0.4.9.11",
        ["server-nonce"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(SafeCookie.Length)),
        ["hashed-password"] = "16:00",
        ["descriptor"] = new string('d', 43),
        ["uptime"] = "1",
    };

    /// <summary>Gives a value beforehand.</summary>
    public void Know(string name, string value) => _values[name] = value;

    /// <summary>Whether the client says what is expected; takes the values that it chose.</summary>
    public bool Matches(string template, string line)
    {
        Match match = Regex.Match(line, $"^{Pattern(template)}$", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            return false;
        }

        foreach (Group group in match.Groups.Values.Skip(1))
        {
            Heard(group.Name.Replace('_', '-'), group.Value);
        }

        return true;
    }

    /// <summary>What tor says, with the values in their places.</summary>
    public string Fill(string template) => Name().Replace(template, match => ValueOf(match.Groups[1].Value)
        ?? throw new FormatException($"Nothing is known of {match.Value}."));

    private string? ValueOf(string name) => name switch
    {
        "server-hash" => Hash(SafeCookie.ServerHash),
        "proof" => Hash(SafeCookie.ClientHash),
        _ => _values.GetValueOrDefault(name),
    };

    private string? Hash(HashOf hash) => _values.TryGetValue("client-nonce", out string? nonce)
        ? Convert.ToHexString(hash(Convert.FromHexString(_values["cookie"]), Convert.FromHexString(nonce), Convert.FromHexString(_values["server-nonce"])))
        : null;

    private void Heard(string name, string value)
    {
        _values.TryAdd(name, value);
        if (name.StartsWith("key", StringComparison.Ordinal) && TorIdentityFormat.Instance.Import(Encoding.ASCII.GetBytes($"ED25519-V3:{value}")) is { Identity: { } identity })
        {
            _values.TryAdd("service" + name["key".Length..], identity.Address[..OnionAddress.LabelLength]);
        }
    }

    private string Pattern(string template)
    {
        var pattern = new StringBuilder();
        var named = new HashSet<string>();
        int at = 0;
        foreach (Match match in Name().Matches(template))
        {
            string name = match.Groups[1].Value;
            pattern.Append(Regex.Escape(template[at..match.Index]));
            pattern.Append(ValueOf(name) is { } value ? Regex.Escape(value)
                : named.Add(name) ? $"(?<{name.Replace('-', '_')}>{Shape(name)})"
                : $"\\k<{name.Replace('-', '_')}>");
            at = match.Index + match.Length;
        }

        return pattern.Append(Regex.Escape(template[at..])).ToString();
    }

    private static string Shape(string name) => Numbered().Replace(name, "") switch
    {
        "client-nonce" => "[0-9A-F]{64}",
        "key" => "[A-Za-z0-9+/]{86}==",
        "client-key" => "[A-Za-z0-9+/]{43}=?",
        "client" => "[A-Z2-7]{52}",
        "service" => "[a-z2-7]{56}",
        "port" => "[0-9]{1,5}",
        _ => throw new FormatException($"The client cannot choose {{{name}}}."),
    };

    [GeneratedRegex(@"\{([a-z0-9-]+)\}")]
    private static partial Regex Name();

    [GeneratedRegex(@"-[0-9]+$")]
    private static partial Regex Numbered();

    private delegate byte[] HashOf(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce);
}
