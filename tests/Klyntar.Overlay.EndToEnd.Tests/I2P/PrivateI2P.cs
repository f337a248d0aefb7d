using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A private I2P network, or lines with which a gateway's own router is one; both of the i2pd that the tests were given, or of the distribution's.</summary>
internal static class PrivateI2P
{
    /// <summary>The i2pd that the variable <c>KLYNTAR_OVERLAY_I2PD</c> names, to be used in place of looking for one; or null.</summary>
    public static string? GivenPath { get; } = Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_I2PD") is { Length: > 0 } path ? path : null;

    /// <summary>Finds i2pd as the gateway does.</summary>
    public static IHelperPrograms Programs { get; } = new HelperPrograms(new HelperProgramOptions());

    /// <summary>With these a gateway's own router is a network.</summary>
    public static I2POptions SoloOptions => PrivateI2PNetwork.SoloOptions() with { Program = GivenPath };

    /// <summary>Starts a network of one router, owned by the caller.</summary>
    public static Task<PrivateI2PNetwork> StartAsync(CancellationToken cancellationToken) =>
        PrivateI2PNetwork.StartAsync(new PrivateI2PNetworkOptions { Programs = Programs, I2pdPath = GivenPath, AwaitsStream = false }, cancellationToken);

    /// <summary>Options as a configuration file says them.</summary>
    public static object Section(I2POptions options) => new
    {
        program = options.Program,
        i2pdConf = options.I2pdConf,
        sam = options.Sam?.ToString(),
        tunnelLength = options.TunnelLength,
        tunnelQuantity = options.TunnelQuantity,
        sessionOptions = options.SessionOptions,
        dialTimeout = $"{options.DialTimeout.TotalSeconds:0}s",
    };
}
