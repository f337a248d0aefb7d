using System.ComponentModel;
using System.Diagnostics;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A program that is run to its end.</summary>
/// <param name="Exit">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record ProgramRun(int Exit, string Output, string Error)
{
    // Far above what any of them takes on a busy machine, so that what ends it is a fault.
    private static readonly TimeSpan UsualLimit = TimeSpan.FromMinutes(3);

    /// <summary>All that it wrote.</summary>
    public string All => $"{Output}\n{Error}".Trim();

    /// <summary>Runs a program.</summary>
    /// <param name="program">Its name on the path, or its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables of its own.</param>
    /// <param name="input">Its standard input, to the end.</param>
    /// <param name="most">How long it may take; null for three minutes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Win32Exception">This machine has no such program.</exception>
    /// <exception cref="TimeoutException">It did not end in time, and was ended.</exception>
    public static async Task<ProgramRun> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null, string input = "", TimeSpan? most = null, CancellationToken cancellationToken = default)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        using Process process = Process.Start(info)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(most ?? UsualLimit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await GiveAsync(process.StandardInput, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProgramRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw cancellationToken.IsCancellationRequested ? e : new TimeoutException($"{program} {string.Join(' ', info.ArgumentList)} was not done after {(most ?? UsualLimit).TotalSeconds} s.", e);
        }
    }

    private static async Task GiveAsync(StreamWriter input, string text, CancellationToken cancellationToken)
    {
        try
        {
            await input.WriteAsync(text.AsMemory(), cancellationToken);
            input.Close();
        }
        catch (IOException)
        {
            // It ended, or did not want all of it; what it says tells why.
        }
    }
}
