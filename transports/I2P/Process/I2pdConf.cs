using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The configuration of a router of our own: each line one key with its section.</summary>
internal static class I2pdConf
{
    private const int LongestLine = 4_096;
    private const string SetByTheGateway = "the gateway sets it itself";
    private const string ADoorOfItsOwn = "it would open a door of its own; the gateway's door is for that";
    private const string OnTheCommandLine = "the gateway keeps the router's files in its data folder";

    // What an operator may want otherwise.
    private static readonly (string Key, string Value)[] Defaults =
    [
        // Whoever answers in a server's place could else show us a network of his own.
        ("reseed.verify", "true"),
        ("upnp.enabled", "false"),
    ];

    private static readonly FrozenDictionary<string, string> Refused = new Dictionary<string, string>
    {
        ["conf"] = OnTheCommandLine,
        ["datadir"] = OnTheCommandLine,
        ["tunconf"] = OnTheCommandLine,
        ["tunnelsdir"] = OnTheCommandLine,
        ["pidfile"] = OnTheCommandLine,
        ["service"] = OnTheCommandLine,
        ["daemon"] = "the gateway starts and ends the router itself",
        ["log"] = "the gateway takes the router's log from its output",
        ["logfile"] = "the gateway takes the router's log from its output",
        ["loglevel"] = "the gateway reads the router's progress in it",
        ["logclftime"] = "the gateway reads the router's progress in it",
        ["http.enabled"] = ADoorOfItsOwn,
        ["httpproxy.enabled"] = ADoorOfItsOwn,
        ["socksproxy.enabled"] = ADoorOfItsOwn,
        ["bob.enabled"] = ADoorOfItsOwn,
        ["i2cp.enabled"] = ADoorOfItsOwn,
        ["i2pcontrol.enabled"] = ADoorOfItsOwn,
        ["addressbook.enabled"] = "without an address book i2pd 2.45 crashes at its first stream",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The folder of the certificates by which servers that tell of other routers are verified.</summary>
    public const string CertificateFolder = "certsdir";

    /// <summary>Checks the operator's lines as far as i2pd is not needed for it.</summary>
    /// <returns>What is wrong, a sentence each; empty where nothing is.</returns>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> lines)
    {
        var problems = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Count; i++)
        {
            if (Problem(lines[i] ?? "", seen) is { } problem)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"i2pdConf[{i}]: {problem}"));
            }
        }

        return problems;
    }

    /// <summary>Checks that a router knows every key: it takes no notice of those that it does not.</summary>
    /// <param name="lines">The operator's lines, which passed the other check.</param>
    /// <param name="help">What the router prints about itself.</param>
    public static IReadOnlyList<string> CheckKnown(IReadOnlyList<string> lines, IEnumerable<string> help)
    {
        HashSet<string> known = [.. help.Select(line => line.Trim()).Where(line => line.StartsWith("--", StringComparison.Ordinal)).Select(line => line[2..].Split(' ')[0])];
        return [.. Keys(lines).Where(key => !known.Contains(key)).Select(key => $"{Shown(key)} is no setting of this i2pd. Correct or remove the line.")];
    }

    /// <summary>Whether a line of the operator's sets a key.</summary>
    public static bool Sets(IReadOnlyList<string> lines, string key) => Keys(lines).Contains(key);

    /// <summary>The whole file.</summary>
    /// <param name="sam">Where the SAM bridge is to be.</param>
    /// <param name="lines">The operator's lines.</param>
    public static string Text(IPEndPoint sam, IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        text.Append("# Written by the gateway at each start; changes are lost.\n");
        text.Append("log=stdout\nloglevel=info\n");
        text.Append("http.enabled=false\nhttpproxy.enabled=false\nsocksproxy.enabled=false\nbob.enabled=false\ni2cp.enabled=false\ni2pcontrol.enabled=false\n");
        text.Append(CultureInfo.InvariantCulture, $"sam.enabled=true\nsam.address={sam.Address}\nsam.port={sam.Port}\n");
        foreach ((string key, string value) in Defaults)
        {
            if (!Sets(lines, key))
            {
                text.Append(CultureInfo.InvariantCulture, $"{key}={value}\n");
            }
        }

        foreach (string line in lines)
        {
            text.Append(line.Trim()).Append('\n');
        }

        return text.ToString();
    }

    private static string? Problem(string line, HashSet<string> seen)
    {
        string trimmed = line.Trim();
        if (trimmed.Length > LongestLine)
        {
            return $"the line is longer than {LongestLine} characters.";
        }

        if (!LogText.IsPlain(trimmed))
        {
            return "the line holds a character that is not to be seen. Write one setting to a line.";
        }

        if (trimmed.Length == 0 || trimmed[0] == '#')
        {
            return null;
        }

        if (trimmed[0] == '[')
        {
            return "a section would be for the lines that follow too. Write its name before each key, as in ntcp2.port=20001.";
        }

        if (Key(trimmed) is not { Length: > 0 } key)
        {
            return "the line is not of the form key=value.";
        }

        string why = key.StartsWith("sam.", StringComparison.Ordinal) || key.StartsWith("unix.", StringComparison.Ordinal) ? SetByTheGateway : Refused.GetValueOrDefault(key, "");
        return why.Length > 0 ? $"{key} cannot be set here: {why}. Remove the line."
            : seen.Add(key) ? null
            : $"{Shown(key)} is set already. Remove one of the lines.";
    }

    private static IEnumerable<string> Keys(IReadOnlyList<string> lines) =>
        lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Key).OfType<string>();

    private static string? Key(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? null : line[..equals].Trim();
    }

    private static string Shown(string key) => key.Length > 40 ? key[..40] + "…" : key;
}
