namespace Klyntar.Overlay.Cli;

/// <summary>Where this program will be found later on.</summary>
internal static class LastingPath
{
    /// <summary>The program's own path; or the script's beside a checkout, which builds it anew in other folders and clears old ones away.</summary>
    /// <param name="program">The path of the running program.</param>
    public static string? Of(string? program)
    {
        // CHECKOUT/artifacts/run/build-1700000000-1/klyntar-overlay
        if (program is not null && Directory.GetParent(program) is { Parent: { Name: "run", Parent: { Name: "artifacts", Parent: { } checkout } } } build && build.Name.StartsWith("build-", StringComparison.Ordinal))
        {
            string script = Path.Combine(checkout.FullName, Path.GetFileName(program));
            return File.Exists(script) ? script : program;
        }

        return program;
    }
}
