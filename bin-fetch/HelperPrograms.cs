namespace Klyntar.Overlay.BinFetch;

/// <summary>Finds helper programs: a configured path, then the Tor Project's bundle where the operator selected one, then PATH, then the distribution's package unpacked into the user's cache.</summary>
public sealed class HelperPrograms : IHelperPrograms
{
    private readonly IReadOnlyList<IProgramSource> _sources;
    private readonly DistributionPackages _packages;

    /// <summary>Makes a finder.</summary>
    /// <param name="options">Where to look and what may be obtained.</param>
    public HelperPrograms(HelperProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _packages = new DistributionPackages(options);
        _sources = [new SelectedBundle(options), new SearchPath(options.SearchPath), _packages];
    }

    /// <inheritdoc/>
    public async ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken)
    {
        Check(name);
        if (configuredPath is not null)
        {
            return ConfiguredPath.Check(name, configuredPath);
        }

        List<string> looked = [];
        foreach (IProgramSource source in _sources)
        {
            Found found = await source.FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (found.Program is { } program)
            {
                return program;
            }

            if (found.WhyNot is { } whyNot)
            {
                looked.Add(whyNot);
            }
        }

        throw new OverlayException($"The program {name} was not found: {string.Join("; ", looked)}. {KnownProgram.NextSteps(name)}");
    }

    /// <summary>Obtains the newest version of a program, also where one is on PATH or was obtained before. Nothing is installed.</summary>
    /// <param name="name">Its usual name, such as <c>tor</c>.</param>
    /// <param name="cancellationToken">Gives up; what was there before stays.</param>
    /// <exception cref="OverlayException">It could not; the message says why and what else can be done.</exception>
    public ValueTask<FetchedProgram> FetchAsync(string name, CancellationToken cancellationToken)
    {
        Check(name);
        return _packages.FetchAsync(name, cancellationToken);
    }

    private static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!KnownProgram.IsName(name))
        {
            throw new OverlayException($"\"{(name.Length > 64 ? name[..64] : name)}\" is no program's name: lower case letters, digits, hyphens and dots are, such as tor.");
        }
    }
}
