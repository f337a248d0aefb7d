namespace Klyntar.Overlay.BinFetch;

/// <summary>How files are downloaded.</summary>
internal sealed record DownloadOptions
{
    /// <summary>The clock of pauses and limits.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The proxy, which resolves names too; or null for the one of this user's environment, if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether this machine may be asked without TLS. For tests.</summary>
    public bool AllowsPlainLoopback { get; init; }

    /// <summary>How often a file is tried in all.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The pause after the first failure; each later one is twice as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may be silent.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one file may take, with all pauses.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(2);
}
