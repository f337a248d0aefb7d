using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Where the tests take tor from.</summary>
internal static class TorProgram
{
    /// <summary>The variable that names a tor, in place of looking for one or obtaining one.</summary>
    public const string Variable = "KLYNTAR_OVERLAY_TOR";

    public static IHelperPrograms Programs { get; } = new HelperPrograms(new HelperProgramOptions());

    public static string? ConfiguredPath => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;
}
