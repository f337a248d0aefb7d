using System.CommandLine;
using System.CommandLine.Parsing;
using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Cli;

/// <summary>The options of <c>fetch</c> that are about the Tor Project's bundles.</summary>
internal sealed class BundleOptions
{
    private const string TorProject = "tor-project";
    private const string NoBundle = "none";

    private readonly Option<string?> _from = new("--from")
    {
        Description = $"Where from: {TorProject} is the Tor Project's expert bundle, checked by signature. Default: the distribution's package",
        HelpName = "SOURCE",
    };

    private readonly Option<string?> _key = new("--key") { Description = "The file with the Tor Project's public key.", HelpName = "FILE" };

    private readonly Option<string?> _fingerprint = new("--fingerprint")
    {
        Description = $"The only key that is believed. Default: {TorBundleRequest.TorBrowserDevelopers}, the Tor Browser Developers'",
        HelpName = "DIGITS",
    };

    private readonly Option<string?> _version = new("--version") { Description = "The bundle's version. Default: the newest that this program knows", HelpName = "VERSION" };

    private readonly Option<string?> _mirror = new("--mirror")
    {
        Description = "Ask this server only. Default: https://dist.torproject.org/torbrowser, and the archive where a version is no longer there",
        HelpName = "URL",
    };

    private readonly Option<string?> _proxy = new("--proxy") { Description = "Reach it through this proxy, such as socks5://127.0.0.1:9050, which resolves names too.", HelpName = "URL" };

    private readonly Option<bool> _list = new("--list") { Description = "Show the bundles that were obtained, and which one is used." };

    private readonly Option<string?> _use = new("--use")
    {
        Description = $"Use this bundle from now on; {NoBundle} to go by PATH and the distribution's package.",
        HelpName = "VERSION",
    };

    private readonly Option<bool> _rollBack = new("--roll-back") { Description = "Use what was used before the last choice." };

    public BundleOptions() => _from.AcceptOnlyFromAmong(TorProject);

    /// <summary>Adds them to the command, with what must go together.</summary>
    /// <param name="command">The command.</param>
    /// <param name="program">Its argument, which must be tor with any of them.</param>
    public void AddTo(Command command, Argument<string> program)
    {
        foreach (Option option in (Option[])[_from, _key, _fingerprint, _version, _mirror, _proxy, _list, _use, _rollBack])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result => Check(result, program));
    }

    /// <summary>What is to be fetched, or null where that is the distribution's package.</summary>
    public TorBundleRequest? Request(ParseResult parse) => parse.GetValue(_from) is null ? null : new TorBundleRequest
    {
        KeyFile = parse.GetValue(_key)!,
        Fingerprint = parse.GetValue(_fingerprint) ?? TorBundleRequest.TorBrowserDevelopers,
        Version = parse.GetValue(_version),
        Mirror = parse.GetValue(_mirror),
        Proxy = parse.GetValue(_proxy),
    };

    public bool IsList(ParseResult parse) => parse.GetValue(_list);

    public bool IsRollBack(ParseResult parse) => parse.GetValue(_rollBack);

    /// <summary>Whether a bundle is chosen, and which: null for none.</summary>
    public bool IsUse(ParseResult parse, out string? version)
    {
        string? chosen = parse.GetValue(_use);
        version = chosen == NoBundle ? null : chosen;
        return chosen is not null;
    }

    private void Check(CommandResult result, Argument<string> program)
    {
        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };

        Option[] verbs = [.. ((Option[])[_from, _list, _use, _rollBack]).Where(IsGiven)];
        if (verbs.Length > 1)
        {
            result.AddError($"{verbs[0].Name} and {verbs[1].Name} are two things to do. Give one of them.");
        }
        else if (verbs.Length > 0 && result.GetValue(program) != "tor")
        {
            result.AddError($"{verbs[0].Name} is about tor alone: its bundle brings the pluggable transports with it.");
        }
        else if (!IsGiven(_from) && ((Option[])[_key, _fingerprint, _version, _mirror, _proxy]).FirstOrDefault(IsGiven) is { } stray)
        {
            result.AddError($"{stray.Name} goes with --from {TorProject}.");
        }
        else if (IsGiven(_from) && !IsGiven(_key))
        {
            result.AddError($"--from {TorProject} takes --key FILE, the Tor Project's public key: README.md says how to get it.");
        }
    }
}
