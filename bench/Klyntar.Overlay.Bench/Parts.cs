using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary>Which parts of a command run: those that <c>--only</c> names, or all.</summary>
internal sealed class Parts
{
    private static readonly Parts All = new([]);

    // The starts of their names; none for all.
    private readonly string[] _starts;

    private Parts(string[] starts) => _starts = starts;

    public override string ToString() => _starts.Length == 0 ? "all" : string.Join(',', _starts);

    public bool Includes(string part) => _starts.Length == 0 || _starts.Any(start => part.StartsWith(start, StringComparison.Ordinal));

    /// <summary>The option. A name that begins no part is refused, for otherwise nothing would be measured.</summary>
    public static Option<Parts> CreateOption(params string[] known) => new("--only")
    {
        Description = $"Run only these, with commas between them: {string.Join(", ", known)}; the start of a name stands for all that begin so.",
        DefaultValueFactory = _ => All,
        CustomParser = result =>
        {
            string[] starts = result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (starts.Length == 0 || !starts.All(start => known.Any(name => name.StartsWith(start, StringComparison.Ordinal))))
            {
                result.AddError($"--only {result.Tokens[0].Value}: there are {string.Join(", ", known)}.");
            }

            return new Parts(starts);
        },
    };
}
