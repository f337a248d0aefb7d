using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Tor's configuration file: what the gateway needs, and the operator's own lines.</summary>
internal static class Torrc
{
    private const int LongestLine = 4_096;

    private const string SetByTheGateway = "the gateway sets it itself";
    private const string ADoorOfItsOwn = "it would open a door beside the gateway's, past its rules; configure a door of the gateway instead";

    private const string VanguardsLite = "VanguardsLiteEnabled";
    private const string OfServices = "HiddenService";
    private const string ServiceFolder = "HiddenServiceDir";

    // The others of that name are settings of a service.
    private static readonly string[] OfTorItself = [ServiceFolder, "HiddenServiceNonAnonymousMode", "HiddenServiceSingleHopMode", "HiddenServiceStatistics"];

    // In tor's own spelling; tor does not mind case.
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["ControlPort"] = SetByTheGateway,
        ["ControlSocket"] = SetByTheGateway,
        ["ControlSocketsGroupWritable"] = SetByTheGateway,
        ["ControlPortWriteToFile"] = SetByTheGateway,
        ["ControlPortFileGroupReadable"] = SetByTheGateway,
        ["CookieAuthentication"] = SetByTheGateway,
        ["CookieAuthFile"] = SetByTheGateway,
        ["CookieAuthFileGroupReadable"] = SetByTheGateway,
        ["HashedControlPassword"] = SetByTheGateway,
        ["DataDirectory"] = SetByTheGateway,
        ["DataDirectoryGroupReadable"] = SetByTheGateway,
        ["SocksPort"] = SetByTheGateway,
        ["SocksPolicy"] = SetByTheGateway,
        ["ClientOnly"] = SetByTheGateway,
        ["RunAsDaemon"] = "the gateway starts and ends tor itself",
        ["User"] = "tor runs as the gateway's own user",
        ["Log"] = "the gateway takes tor's log from its output",
        ["SafeLogging"] = "addresses are never logged",
        ["DNSPort"] = ADoorOfItsOwn,
        ["TransPort"] = ADoorOfItsOwn,
        ["NATDPort"] = ADoorOfItsOwn,
        ["HTTPTunnelPort"] = ADoorOfItsOwn,
        ["%include"] = "it would bring in lines that are not checked; copy them here",
    };

    /// <summary>Checks the operator's lines as far as tor is not needed for it.</summary>
    /// <returns>What is wrong, a sentence each; empty where nothing is.</returns>
    /// <param name="options">The lines, and the settings beside them that become lines.</param>
    public static IReadOnlyList<string> Check(TorOptions options)
    {
        IReadOnlyList<string> lines = options.Torrc;
        var problems = new List<string>();
        for (int i = 0; i < lines.Count; i++)
        {
            if ((Problem(lines[i]) ?? Contradiction(options, i)) is { } problem)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"torrc[{i}]: {problem}"));
            }
        }

        return problems;
    }

    /// <summary>The lines that the settings make, and the operator's own.</summary>
    public static IEnumerable<string> Lines(TorOptions options) =>
        options.VanguardsLite is { } vanguards ? [$"{VanguardsLite} {(vanguards ? 1 : 0)}", .. options.Torrc] : options.Torrc;

    /// <summary>The whole file.</summary>
    public static string Text(TorFolders folders, IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        text.AppendLine("# Written by the gateway at each start; changes are lost.");
        text.Append("DataDirectory ").AppendLine(ControlText.QuoteUtf8(folders.Data));
        text.AppendLine("ClientOnly 1");
        text.AppendLine("Log notice stdout");
        text.AppendLine("CookieAuthentication 1");
        text.AppendLine("DormantCanceledByStartup 1");
        text.AppendLine("ShutdownWaitLength 0");

        // Should the gateway be killed before it takes ownership over the control port, tor still ends (within 15 s).
        text.AppendLine(CultureInfo.InvariantCulture, $"__OwningControllerProcess {Environment.ProcessId}");
        if (folders.UsesUnixSockets)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"ControlSocket {folders.ControlSocket}");
            text.AppendLine(CultureInfo.InvariantCulture, $"SocksPort unix:{folders.SocksSocket} ExtendedErrors OnionTrafficOnly");
        }
        else
        {
            text.AppendLine("ControlPort 127.0.0.1:auto");
            text.Append("ControlPortWriteToFile ").AppendLine(ControlText.QuoteUtf8(folders.ControlPortNote));
            text.AppendLine("SocksPort 127.0.0.1:auto ExtendedErrors OnionTrafficOnly");
        }

        foreach (string line in lines)
        {
            text.AppendLine(line.Trim());
        }

        if (AwaitsController(lines))
        {
            text.AppendLine("DisableNetwork 1");
        }

        return text.Replace("\r\n", "\n").ToString();
    }

    /// <summary>
    /// Whether tor is to keep off the network until a session has asked for the events of what it does first: launching pluggable
    /// transports. Not where the operator decides about the network.
    /// </summary>
    public static bool AwaitsController(IReadOnlyList<string> lines) =>
        !TransportPlugins.Named(lines).IsEmpty && !lines.Any(line => Sets(line, "DisableNetwork", "DisableN"));

    /// <summary>Whether a line sets a key, of which tor takes any unambiguous beginning.</summary>
    /// <param name="line">The line.</param>
    /// <param name="key">The whole key.</param>
    /// <param name="shortest">The shortest beginning that is no other key's.</param>
    public static bool Sets(string line, string key, string shortest)
    {
        string found = Key(line.Trim());
        return key.StartsWith(found, StringComparison.OrdinalIgnoreCase) && found.StartsWith(shortest, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What is wrong with the text of a line, whatever it sets; or null.</summary>
    public static string? TextProblem(string trimmed)
    {
        if (trimmed.Length > LongestLine)
        {
            return $"the line is longer than {LongestLine} characters.";
        }

        foreach (char c in trimmed)
        {
            if (char.IsControl(c) && c != '\t')
            {
                return $"the line holds the character U+{(int)c:X4}. Write one setting to a line.";
            }
        }

        // A comment's last backslash joins the next line to it; anything's joins the next setting to this one.
        return trimmed.EndsWith('\\')
            ? "the line ends in a backslash, which would join the next one to it. Write each setting on one line."
            : null;
    }

    private static string? Problem(string line)
    {
        string trimmed = (line ?? "").Trim();
        if (TextProblem(trimmed) is { } problem)
        {
            return problem;
        }

        if (trimmed.Length == 0 || trimmed[0] == '#')
        {
            return null;
        }

        string key = Key(trimmed);
        if (key.StartsWith('_'))
        {
            return $"{Shown(key)} is one of tor's inner settings, and {SetByTheGateway}. Remove the line.";
        }

        // Tor takes an unambiguous beginning for the whole key.
        foreach ((string refused, string why) in Refused)
        {
            if (refused.StartsWith(key, StringComparison.OrdinalIgnoreCase))
            {
                return $"{refused} cannot be set here: {why}. Remove the line.";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a line because of what else is said.</summary>
    private static string? Contradiction(TorOptions options, int index)
    {
        string key = Key(options.Torrc[index].Trim());
        if (options.VanguardsLite is not null && key.Length > 0 && VanguardsLite.StartsWith(key, StringComparison.OrdinalIgnoreCase))
        {
            return $"{VanguardsLite} is said by vanguardsLite already. Remove one of them.";
        }

        // Tor's settings of services follow the HiddenServiceDir that they are for, and there is none for those of the gateway.
        return key.StartsWith(OfServices, StringComparison.OrdinalIgnoreCase) && key.Length > OfServices.Length
            && !OfTorItself.Contains(key, StringComparer.OrdinalIgnoreCase)
            && !options.Torrc.Take(index).Any(l => Key(l.Trim()).Equals(ServiceFolder, StringComparison.OrdinalIgnoreCase))
            ? $"{Shown(key)} is for a service that tor keeps in a {ServiceFolder} of its own; for those of the gateway tor has only what services.*.options.tor offers. Remove the line."
            : null;
    }

    // Tor also takes "+Key value" and "/Key" (append to, and clear, the defaults).
    private static string Key(string line)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        return (end < 0 ? line : line[..end]).TrimStart('+', '/');
    }

    private static string Shown(string key) => key.Length > 40 ? key[..40] + "…" : key;
}
