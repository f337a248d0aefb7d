namespace Klyntar.Overlay.BinFetch;

/// <summary>A path that the operator wrote: the only place looked at when given, so that nobody runs another program than they meant.</summary>
internal static class ConfiguredPath
{
    /// <exception cref="OverlayException">It is no program.</exception>
    public static HelperProgram Check(string name, string path)
    {
        string setting = $"The configured program for {name}, {path},";
        string where = KnownProgram.ByName(name)?.Setting ?? "the path in the configuration";
        string cure = $"Correct {where}, or remove it to have {name} looked for.";
        if (!Path.IsPathFullyQualified(path))
        {
            throw new OverlayException($"{setting} is not an absolute path. {cure}");
        }

        if (Directory.Exists(path))
        {
            throw new OverlayException($"{setting} is a folder. {cure}");
        }

        if (!File.Exists(path))
        {
            throw new OverlayException($"{setting} does not exist. {cure}");
        }

        return ExecutableFile.IsAt(path)
            ? new HelperProgram(Path.GetFullPath(path), "configured")
            : throw new OverlayException($"{setting} is not an executable file. Make it one (chmod +x), or correct {where}.");
    }
}
