namespace Klyntar.Overlay.Keys;

/// <summary>Whose a file is, for decisions and for messages.</summary>
public sealed class FileOwner
{
    // Names are for messages: a file of this size names more users than any message is about.
    private const int MostLines = 100_000;

    private FileOwner(uint userId, string user, string group, UnixFileMode mode)
    {
        UserId = userId;
        User = user;
        Group = group;
        Mode = mode;
    }

    /// <summary>The uid of its owner.</summary>
    public uint UserId { get; }

    /// <summary>The owner's name, or the uid as text.</summary>
    public string User { get; }

    /// <summary>The name of its group, or the gid as text.</summary>
    public string Group { get; }

    /// <summary>Its permissions.</summary>
    public UnixFileMode Mode { get; }

    /// <summary>The owner of what a path names, without following a symbolic link at its end.</summary>
    /// <returns>Null where there is nothing, where the way to it is closed to us, or where the platform does not tell.</returns>
    public static FileOwner? Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return UnixFileStatus.Of(path) is { } status ? Of(status) : null;
        }
        catch (OverlayException)
        {
            return null;
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    internal static FileOwner Of(UnixFileStatus status) =>
        new(status.Owner, NameIn("/etc/passwd", status.Owner), NameIn("/etc/group", status.Group), status.Mode);

    // passwd(5) and group(5): name:password:id:…
    private static string NameIn(string file, uint id)
    {
        string number = id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            return File.ReadLines(file).Take(MostLines).Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)?[0] ?? number;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }
}
