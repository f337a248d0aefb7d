using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Tells what is wrong with a command line: in a line each, with the nearest known word, and where the help is.</summary>
internal static class UsageErrors
{
    /// <summary>Tells them on standard error, or shows the help where a verb is missing.</summary>
    /// <returns>The exit code.</returns>
    public static int Tell(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count == 0 && command.Subcommands.Count > 0)
        {
            new HelpAction().Invoke(parsed);
        }
        else
        {
            foreach (string error in Describe(parsed))
            {
                Terminal.Error.WriteLine($"klyntar-overlay: {error}");
            }

            Terminal.Error.WriteLine($"'{NameOf(parsed.CommandResult)} --help' shows what there is.");
        }

        return Cli.Misused;
    }

    internal static IEnumerable<string> Describe(ParseResult parsed)
    {
        // What follows an unknown word is mostly unknown because of it.
        if (parsed.UnmatchedTokens is [{ } unknown, ..])
        {
            Command command = parsed.CommandResult.Command;
            bool isOption = unknown.StartsWith('-');
            string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            string[] known = isOption ? [.. NamesOf(command)] : [.. command.Subcommands.Select(c => c.Name)];
            string? nearest = known.FirstOrDefault(k => unknown.Length > 2 && k.StartsWith(unknown, StringComparison.Ordinal)) ?? Spelling.Nearest(unknown, known);
            string where = command is RootCommand ? "There is no" : $"'{command.Name}' has no";
            return [$"{where} {kind} '{unknown}'.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}"];
        }

        return parsed.Errors.Select(e => e.Message.ReplaceLineEndings(" ")).Distinct();
    }

    private static IEnumerable<string> NamesOf(Command command) => command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));

    private static string NameOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : "klyntar-overlay";
}
