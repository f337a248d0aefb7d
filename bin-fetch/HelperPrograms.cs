namespace Klyntar.Overlay.BinFetch;

/// <summary>Finds helper programs: a configured path, then PATH, then the distribution's package unpacked into the user's cache.</summary>
public sealed class HelperPrograms : IHelperPrograms
{
    /// <summary>Makes a finder.</summary>
    /// <param name="options">Where to look and what may be obtained.</param>
    public HelperPrograms(HelperProgramOptions options) => _ = options;

    /// <inheritdoc/>
    public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Where helper programs are looked for.</summary>
public sealed record HelperProgramOptions
{
    /// <summary>Where packages are unpacked; default <c>$XDG_CACHE_HOME/klyntar-overlay</c>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether a missing program may be obtained from the distribution's package mirror.</summary>
    public bool MayObtain { get; init; } = true;

    /// <summary>Told what is being done, as short phrases, for a progress display.</summary>
    public IProgress<string>? Progress { get; init; }
}
