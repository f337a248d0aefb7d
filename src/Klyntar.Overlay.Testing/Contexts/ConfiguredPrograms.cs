namespace Klyntar.Overlay.Testing;

/// <summary>The helper programs of a test that was given none: those whose path is configured, where a gateway looks nowhere else either.</summary>
internal sealed class ConfiguredPrograms : IHelperPrograms
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken)
    {
        if (configuredPath is null)
        {
            throw new OverlayException(
                $"This test has no helper programs, so '{name}' was not looked for. Configure the absolute path of one, or set {nameof(TestTransportContext.Programs)} of the context: " +
                $"in a contract class, override CreateContext to give new(output: LogOutput) {{ {nameof(TestTransportContext.Programs)} = … }}.");
        }

        string? fault = Path.IsPathFullyQualified(configuredPath)
            ? Directory.Exists(configuredPath) ? "is a folder"
                : !File.Exists(configuredPath) ? "does not exist"
                : !OperatingSystem.IsWindows() && (File.GetUnixFileMode(configuredPath) & Executable) == 0 ? "is not an executable file"
                : null
            : "is not an absolute path";
        return fault is null
            ? ValueTask.FromResult(new HelperProgram(Path.GetFullPath(configuredPath), "configured"))
            : throw new OverlayException($"The configured program for {name}, {configuredPath}, {fault}. Correct the path in the transport's options.");
    }
}
