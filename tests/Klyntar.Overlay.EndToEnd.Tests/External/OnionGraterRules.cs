using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The rules of an onion-grater profile. The whole of a command's arguments, or of a line, has to match a pattern; the first that does decides.</summary>
internal sealed class OnionGraterRules
{
    private readonly Dictionary<string, List<string>> _commands = [];
    private readonly Dictionary<string, List<(string Pattern, string Replacement)>> _events = [];

    public OnionGraterRules(string profile)
    {
        var filter = (Dictionary<object, object>)new DeserializerBuilder().Build().Deserialize<List<object>>(profile).Single();
        foreach ((object command, object rules) in (Dictionary<object, object>)filter["commands"])
        {
            _commands[(string)command] = [.. ((List<object>)rules).Cast<string>()];
        }

        foreach ((object name, object options) in (Dictionary<object, object>)filter["events"])
        {
            var known = (Dictionary<object, object>)options;
            _events[(string)name] = known.TryGetValue("response", out object? responses)
                ? [.. ((List<object>)responses).Cast<Dictionary<object, object>>().Select(r => ((string)r["pattern"], (string)r["replacement"]))]
                : [];
        }

        Users = [.. ((List<object>)filter["users"]).Cast<string>()];
        Hosts = [.. ((List<object>)filter["hosts"]).Cast<string>()];
        Programs = [.. ((List<object>)filter["apparmor-profiles"]).Cast<string>()];
    }

    public IReadOnlyList<string> Users { get; }

    public IReadOnlyList<string> Hosts { get; }

    public IReadOnlyList<string> Programs { get; }

    public bool Allows(string command, string arguments) => command switch
    {
        "SETEVENTS" => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(_events.ContainsKey),
        _ => _commands.TryGetValue(command, out List<string>? patterns) && patterns.Exists(p => Match(p, arguments).Success),
    };

    /// <summary>What becomes of a line from tor; empty where it is dropped.</summary>
    public string Rewrite(string line)
    {
        if (line.Split(' ') is not ["650", var name, ..] || !_events.TryGetValue(name, out List<(string Pattern, string Replacement)>? rules))
        {
            return line;
        }

        foreach ((string pattern, string replacement) in rules)
        {
            if (Match(pattern, line) is { Success: true } match)
            {
                int group = 0;
                return Regex.Replace(replacement, @"\{\}", _ => match.Groups[++group].Value);
            }
        }

        return line;
    }

    // Python: re.match(pattern + "$", text).
    private static Match Match(string pattern, string text) => Regex.Match(text, $@"\A(?:{pattern}$)", RegexOptions.CultureInvariant);
}
