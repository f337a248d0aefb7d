using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Runs the tests, or plays the machine that a gateway must not leave, or soaks.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args) => args switch
    {
        [EnclosedMachine.Mode, .. string[] rest] => EnclosedMachine.RunAsync(rest),
        [SoakProgram.Mode, .. string[] rest] => SoakProgram.RunAsync(rest),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
