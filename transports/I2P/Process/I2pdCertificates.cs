namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Finds the certificates that come with i2pd: beside the program, wherever its package is.</summary>
internal static class I2pdCertificates
{
    // Where "/sbin" is a folder of its own, or a script stands for the program, "usr" is yet to come.
    private static readonly string[] Places = ["../share/i2pd/certificates", "../usr/share/i2pd/certificates"];

    /// <summary>Their folder, or null.</summary>
    /// <param name="program">The path of i2pd.</param>
    public static string? Find(string program)
    {
        string? target = null;
        try
        {
            target = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is found where it was named, or not at all.
        }

        return new[] { program, target }.OfType<string>()
            .SelectMany(path => Places.Select(place => Path.GetFullPath(Path.Join(Path.GetDirectoryName(path), place))))
            .FirstOrDefault(folder => Directory.Exists(Path.Join(folder, "reseed")));
    }
}
