namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How many connections are accepted. Real nodes hold those beyond 6 of one address in 15 s for 30 s and then close them; here more may come, since another gateway has a connection for each stream, and those beyond are closed at once.</summary>
internal sealed record PeerFloodLimits
{
    /// <summary>How many may be open at once, as with real nodes.</summary>
    public int Connections { get; init; } = 500;

    /// <summary>How many of them may come over overlays or from this machine, so that these do not keep all others out.</summary>
    public int Hidden { get; init; } = 300;

    /// <summary>How many may be open from one address.</summary>
    public int PerAddress { get; init; } = 64;

    /// <summary>How many may begin from one address at once, and in <see cref="Period"/> from then on.</summary>
    public int NewPerAddress { get; init; } = 64;

    /// <summary>How many may begin at once over overlays or from this machine, all together, and in <see cref="Period"/> from then on.</summary>
    public int NewHidden { get; init; } = 100;

    /// <summary>In which time new connections are allowed anew.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many addresses are remembered; those beyond share one place.</summary>
    public int Addresses { get; init; } = 4096;
}
