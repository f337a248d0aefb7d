namespace Klyntar.Overlay.BinFetch;

/// <summary>
/// Runs a program of another release: with that release's C library, to which only its own loader fits. A script stands for the
/// program, so that nobody who starts it needs to know.
/// </summary>
internal static class OwnLoader
{
    /// <summary>The folder of such scripts, in that of the package.</summary>
    public const string Folder = "launch";

    /// <summary>Writes the script for a program, which works wherever the package's folder is moved.</summary>
    /// <param name="root">The package's folder, with the libraries in it.</param>
    /// <param name="file">The program's name.</param>
    /// <exception cref="OverlayException">There is no loader.</exception>
    public static void Write(string root, string file)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        string loader = Directory.EnumerateFiles(root, "ld-linux*.so.*", options).FirstOrDefault()
            ?? throw new OverlayException($"The packages of {file} have no loader of shared libraries. Check the package mirror.");
        string relative = Path.GetRelativePath(root, loader);
        PrivateFiles.MakeFolder(Path.Combine(root, Folder));
        using var writer = new StreamWriter(PrivateFiles.Open(Path.Combine(root, Folder, file), FileMode.Create, mayExecute: true));
        writer.Write(
            $$"""
            #!/bin/sh
            root=${0%/*}/..
            exec "$root/{{relative}}" --library-path "$root/{{Path.GetDirectoryName(relative)}}" "$root/usr/bin/{{file}}" "$@"

            """);
    }
}
