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

    /// <summary>Folders to search instead of this process's PATH and the usual ones.</summary>
    internal string? SearchPath { get; init; }

    /// <summary>Apt's options beyond ours, as <c>name=value</c>.</summary>
    internal IReadOnlyList<string> AptOptions { get; init; } = [];

    /// <summary>Where the system keeps its package lists.</summary>
    internal string SystemLists { get; init; } = "/var/lib/apt/lists";

    /// <summary>The keys that Debian's releases are signed with.</summary>
    internal string DebianKeyring { get; init; } = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>Where apt and dpkg are.</summary>
    internal string ToolFolder { get; init; } = "/usr/bin";
}
