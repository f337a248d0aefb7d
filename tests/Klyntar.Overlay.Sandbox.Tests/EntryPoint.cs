using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Runs the tests, plays the owner of a network that a test kills, or measures.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args) => args switch
    {
        [NetworkOwner.Mode, .. string[] rest] => NetworkOwner.RunAsync(rest),
        [Measurements.Mode, .. string[] rest] => Measurements.RunAsync(rest),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
