using System.Text;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Finds helper programs: a configured path, then PATH, then the distribution's package unpacked into the user's cache.</summary>
public sealed class HelperPrograms : IHelperPrograms
{
    private readonly IReadOnlyList<IProgramSource> _sources;

    /// <summary>Makes a finder.</summary>
    /// <param name="options">Where to look and what may be obtained.</param>
    public HelperPrograms(HelperProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _sources = [new SearchPath(options.SearchPath)];
    }

    /// <inheritdoc/>
    public async ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken)
    {
        if (!IsProgramName(name))
        {
            throw new ArgumentException($"A program's name is lower case letters, digits, dots and hyphens: {name}.", nameof(name));
        }

        if (configuredPath is not null)
        {
            return ConfiguredPath.Check(name, configuredPath);
        }

        StringBuilder looked = new();
        foreach (IProgramSource source in _sources)
        {
            Found found = await source.FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (found.Program is { } program)
            {
                return program;
            }

            looked.Append(looked.Length == 0 ? "" : "; ").Append(found.WhyNot);
        }

        throw new OverlayException($"The program {name} was not found: {looked}.");
    }

    private static bool IsProgramName(string name) =>
        name is { Length: > 0 and <= 64 } && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_');
}
