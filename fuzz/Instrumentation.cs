using Options = SharpFuzz.Options;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Rewrites assemblies so that each branch adds to the map that <see cref="Coverage"/> reads.</summary>
internal static class Instrumentation
{
    private static readonly string[] Assemblies =
    [
        "Klyntar.Overlay.Abstractions.dll",
        "Klyntar.Overlay.BinFetch.dll",
        "Klyntar.Overlay.Gateway.dll",
        "Klyntar.Overlay.Keys.dll",
        "Klyntar.Overlay.Socks.dll",
        "Klyntar.Overlay.Transports.I2P.dll",
        "Klyntar.Overlay.Transports.Pluggable.dll",
        "Klyntar.Overlay.Transports.Tor.dll",
        "Klyntar.Overlay.Transports.ZeroNet.dll",
    ];

    /// <summary>Rewrites the assemblies of a folder that no process has loaded.</summary>
    public static void Apply(string folder)
    {
        foreach (string assembly in Assemblies)
        {
            // The types that it returns are made while it is read through.
            _ = SharpFuzz.Fuzzer.Instrument(Path.Join(folder, assembly), static _ => true, Options.Value).Count();
        }
    }
}
