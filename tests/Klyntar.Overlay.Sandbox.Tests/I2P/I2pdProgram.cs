using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Where the tests take i2pd from.</summary>
internal static class I2pdProgram
{
    private static readonly HelperPrograms Finder = new(new HelperProgramOptions());

    /// <summary>With the distribution's i2pd; the variable <c>KLYNTAR_OVERLAY_I2PD</c> names another in its place.</summary>
    public static PrivateI2PNetworkOptions Options => new()
    {
        Programs = Finder,
        I2pdPath = Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_I2PD") is { Length: > 0 } path ? path : null,
    };

    /// <summary>With an i2pd of that name; skips the test where a newer one than the distribution's cannot be had.</summary>
    public static async Task<PrivateI2PNetworkOptions> OptionsAsync(string i2pd, CancellationToken cancellationToken)
    {
        if (i2pd != PrivateI2PNetwork.NewerI2pd)
        {
            return Options;
        }

        try
        {
            await Finder.FindAsync(i2pd, null, cancellationToken);
            return new PrivateI2PNetworkOptions { Programs = Finder, I2pd = i2pd };
        }
        catch (OverlayException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
