using System.Reflection;

namespace Klyntar.Overlay.Cli;

/// <summary>The files of <c>integrations/klyntar-core</c>, which this program carries.</summary>
internal static class PluginFiles
{
    /// <summary>The file that makes names work, which can be loaded alone.</summary>
    public const string Hook = "lookup.mjs";

    // Where the plugin looks for the program that it starts.
    private const string ProgramFile = "program.txt";
    private const string Prefix = "klyntar-core/";

    /// <summary>Writes them to a folder, in the place of those of an earlier version.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="program">The program that the plugin shall start, or null for the one on PATH.</param>
    /// <exception cref="OverlayException">They cannot be written.</exception>
    public static void WriteTo(string folder, string? program)
    {
        var assembly = Assembly.GetExecutingAssembly();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
            {
                using Stream source = assembly.GetManifestResourceStream(name)!;
                Replace(Path.Combine(folder, name[Prefix.Length..]), source.CopyTo);
            }

            if (program is not null)
            {
                Replace(Path.Combine(folder, ProgramFile), to => to.Write(System.Text.Encoding.UTF8.GetBytes($"{program}\n")));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The plugin cannot be written to {folder}: {e.Message} Run this as the owner of that folder.", e);
        }
    }

    // A daemon that starts meanwhile finds the old file or the new one.
    private static void Replace(string file, Action<Stream> write)
    {
        string fresh = $"{file}.new";
        using (FileStream to = File.Create(fresh))
        {
            write(to);
        }

        File.Move(fresh, file, overwrite: true);
    }
}
