namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>The blocks of code in <c>docs/recipes.md</c>, one below each heading that has one.</summary>
internal static class RecipeDocument
{
    private const string Fence = "```";

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Read = new(ReadAll);

    /// <summary>The blocks, by the headings above them.</summary>
    public static IReadOnlyDictionary<string, string> Blocks => Read.Value;

    private static Dictionary<string, string> ReadAll()
    {
        var blocks = new Dictionary<string, string>();
        string heading = "";
        List<string>? block = null;
        foreach (string line in File.ReadLines(Repository.PathOf("docs", "recipes.md")))
        {
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                if (block is not null)
                {
                    blocks.Add(heading, string.Join('\n', block) + "\n");
                }

                block = block is null ? [] : null;
            }
            else if (block is not null)
            {
                block.Add(line);
            }
            else if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
        }

        return blocks;
    }
}
