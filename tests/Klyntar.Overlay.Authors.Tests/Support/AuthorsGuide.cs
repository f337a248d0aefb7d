using System.Text;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Authors.Tests;

/// <summary>The blocks of <c>docs/adding-a-transport.md</c>: files that it has its reader write, and lines for a shell.</summary>
internal static partial class AuthorsGuide
{
    private static readonly string Path = Repository.PathOf("docs", "adding-a-transport.md");

    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<Block> Blocks { get; } = [.. Fence().Matches(System.IO.File.ReadAllText(Path)).Select(m => new Block(m.Groups["language"].Value, m.Groups["file"].Value, m.Groups["text"].Value))];

    /// <summary>One shell script that does what a reader does: writes the files and runs the lines, and stops at the first that fails.</summary>
    public static string Script(IEnumerable<Block> blocks)
    {
        StringBuilder script = new("set -euo pipefail\n");
        foreach (Block block in blocks)
        {
            if (block.File.Length == 0)
            {
                script.Append(block.Text);
                continue;
            }

            const string End = "END-OF-FILE";
            block.Text.Should().NotContain(End);
            script.Append($"mkdir -p \"$(dirname '{block.File}')\"\ncat >'{block.File}' <<'{End}'\n{block.Text}{End}\n");
        }

        return script.ToString();
    }

    [GeneratedRegex(@"^```(?<language>\w+)(?: file=(?<file>\S+))?\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    /// <summary>A block.</summary>
    /// <param name="Language">What it is written in.</param>
    /// <param name="File">The file that it is; empty where it is run.</param>
    /// <param name="Text">Its lines, each with its end.</param>
    internal sealed record Block(string Language, string File, string Text);
}
