using System.Diagnostics;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>Runs curl, the client that most people try a proxy with.</summary>
internal static class Curl
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "curl.exe" : "curl"))
        .FirstOrDefault(File.Exists);

    public static async Task<CurlResult> RunAsync(params string[] arguments)
    {
        Assert.SkipWhen(Program is null, "curl is not installed: install it to check the SOCKS door against it.");
        var start = new ProcessStartInfo { FileName = Program, RedirectStandardOutput = true, RedirectStandardError = true };

        // Neither the user's settings nor an outer proxy may matter.
        start.Environment.Clear();
        foreach (string argument in (string[])["-q", "-sS", "--max-time", "30", "--noproxy", "", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CurlResult(process.ExitCode, await output, await error);
    }
}

/// <summary>What curl did.</summary>
internal sealed record CurlResult(int ExitCode, string Output, string Error);
