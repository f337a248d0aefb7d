using System.Globalization;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>How far a router has come in joining its network, as its log tells.</summary>
/// <param name="KnownRouters">How many other routers it knows, about.</param>
/// <param name="BuiltTunnels">How many tunnels it has built since its start.</param>
/// <param name="Trouble">What keeps it from joining and what to do, as a sentence; or null.</param>
internal sealed record RouterProgress(int KnownRouters, int BuiltTunnels, string? Trouble)
{
    public static RouterProgress None { get; } = new(0, 0, null);

    /// <summary>What is being done, as a short phrase.</summary>
    public string What => Numbers is { } numbers ? $"building tunnels: {numbers}" : "looking for other routers";

    /// <summary>How far it has come, as a short phrase; null where nothing is known.</summary>
    public string? Numbers => (KnownRouters, BuiltTunnels) switch
    {
        (0, 0) => null,
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{KnownRouters} routers known"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{KnownRouters} routers known, {BuiltTunnels} tunnels built"),
    };
}
