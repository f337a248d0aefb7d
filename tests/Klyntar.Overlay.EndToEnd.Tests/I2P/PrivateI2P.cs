using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Private I2P networks, or lines with which a gateway's own router is one, of either i2pd.</summary>
internal static class PrivateI2P
{
    /// <summary>The i2pd that the tests were given by the variable <c>KLYNTAR_OVERLAY_I2PD</c>, or the distribution's.</summary>
    public const string Usual = "i2pd";

    /// <summary>The newer one, unpacked beside.</summary>
    public const string Newer = PrivateI2PNetwork.NewerI2pd;

    /// <summary>The i2pd that the tests were given, to be used in place of looking for one; or null.</summary>
    public static string? GivenPath { get; } = Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_I2PD") is { Length: > 0 } path ? path : null;

    /// <summary>Finds i2pd as the gateway does.</summary>
    public static IHelperPrograms Programs { get; } = new HelperPrograms(new HelperProgramOptions());

    /// <summary>Why the newer i2pd cannot be had, or null; the usual one is looked for where it is needed.</summary>
    public static async Task<string?> WhyNotAsync(string i2pd, CancellationToken cancellationToken)
    {
        try
        {
            _ = i2pd == Usual ? null : await Programs.FindAsync(i2pd, null, cancellationToken);
            return null;
        }
        catch (OverlayException e)
        {
            return e.Message;
        }
    }

    /// <summary>The path of an i2pd, or null to have it looked for; skips the test where the newer one cannot be had.</summary>
    public static async Task<string?> PathAsync(string i2pd, CancellationToken cancellationToken)
    {
        string? whyNot = await WhyNotAsync(i2pd, cancellationToken);
        if (whyNot is not null)
        {
            Assert.Skip(whyNot);
        }

        return i2pd == Usual ? GivenPath : (await Programs.FindAsync(i2pd, null, cancellationToken)).Path;
    }

    /// <summary>With these a gateway's own router is a network.</summary>
    public static async Task<I2POptions> SoloOptionsAsync(string i2pd, CancellationToken cancellationToken) =>
        PrivateI2PNetwork.SoloOptions() with { Program = await PathAsync(i2pd, cancellationToken) };

    /// <summary>Starts a network of one router, or of three, owned by the caller; skips the test where the newer i2pd is asked for and cannot be had.</summary>
    public static async Task<PrivateI2PNetwork> StartAsync(string i2pd, CancellationToken cancellationToken, int routers = 1) => await PrivateI2PNetwork.StartAsync(
        new PrivateI2PNetworkOptions { Programs = Programs, I2pdPath = await PathAsync(i2pd, cancellationToken), Routers = routers, AwaitsStream = routers > 1 }, cancellationToken);

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
