namespace Klyntar.Overlay.BinFetch;

/// <summary>Where helper programs are looked for.</summary>
public sealed record HelperProgramOptions
{
    /// <summary>Where packages are unpacked; default <c>$XDG_CACHE_HOME/klyntar-overlay</c>, or <c>~/.cache/klyntar-overlay</c>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether a missing program may be obtained from the distribution's package mirror.</summary>
    public bool MayObtain { get; init; } = true;

    /// <summary>Told what is being done, as short phrases, for a progress display.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>The clock of the time limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The folders of PATH, in order; null for this process's own.</summary>
    internal string? SearchPath { get; init; }
}
