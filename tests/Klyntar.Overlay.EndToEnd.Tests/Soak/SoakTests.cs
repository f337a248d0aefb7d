using System.Diagnostics;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The short form of <c>tests/soak</c>.</summary>
public sealed class SoakTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_happens_to_tor_every_service_comes_back_and_nothing_is_left_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signals, and what a process holds, are Linux's.");
        var info = new ProcessStartInfo(Path.ChangeExtension(typeof(SoakTests).Assembly.Location, null)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[SoakProgram.Mode, "--events", "12", "--minutes", "4"])
        {
            info.ArgumentList.Add(argument);
        }

        using Process soak = Process.Start(info)!;
        try
        {
            Task<string> error = soak.StandardError.ReadToEndAsync(Cancelled);
            string output = await soak.StandardOutput.ReadToEndAsync(Cancelled);
            await soak.WaitForExitAsync(Cancelled);
            soak.ExitCode.Should().Be(0, $"{output}{await error}");
        }
        finally
        {
            if (!soak.HasExited)
            {
                soak.Kill(entireProcessTree: true);
            }
        }
    }
}
