using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The sites that are kept, on the disk: <c>KIND/ADDRESS/</c> with content.json and the site's files, and <c>seen/ADDRESS</c> with the time of the newest content.json that was
/// ever seen, which outlives the site. Files are named by their hashes, so that no peer has a say in any name, versions of a site do not get into each other's way, and what is
/// read is compared with its name.
/// </summary>
internal sealed class SiteStore
{
    private const string SeenName = "seen";
    private const int MarkLength = 20;

    private readonly string _root;
    private readonly string _seen;
    private int _marks;

    /// <summary>Opens the store, making its folders where they are missing.</summary>
    /// <param name="root">A folder that is there and that nobody else can enter.</param>
    /// <exception cref="OverlayException">A folder cannot be made.</exception>
    public SiteStore(string root)
    {
        _root = root;
        _seen = Path.Join(root, SeenName);
        try
        {
            PrivateFiles.MakeFolder(_seen);
            foreach (SiteKind kind in Enum.GetValues<SiteKind>())
            {
                PrivateFiles.MakeFolder(FolderOf(kind));
            }

            _marks = Directory.EnumerateFiles(_seen).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder of ZeroNet sites {root} cannot be used: {e.Message} Check its owner and the disk, or name another data folder.", e);
        }
    }

    /// <summary>The sites of one kind that have a folder. What else is there is passed over.</summary>
    public IEnumerable<ZeroNetAddress> List(SiteKind kind)
    {
        foreach (string path in Directory.EnumerateDirectories(FolderOf(kind)))
        {
            if (ZeroNetAddress.TryParse(Path.GetFileName(path), out ZeroNetAddress? site, out _))
            {
                yield return site;
            }
        }
    }

    /// <summary>When a site was last written to.</summary>
    public DateTimeOffset LastWrite(SiteKind kind, ZeroNetAddress site) => File.GetLastWriteTimeUtc(Path.Join(FolderOf(kind, site), SiteContent.FileName));

    /// <summary>Reads a site's content.json, unverified; null where there is none that can be read.</summary>
    public byte[]? ReadContent(SiteKind kind, ZeroNetAddress site) => PrivateFiles.Read(FolderOf(kind, site), SiteContent.FileName, SiteLimits.ContentBytes);

    /// <summary>Replaces a site's content.json.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void WriteContent(SiteKind kind, ZeroNetAddress site, ReadOnlySpan<byte> utf8)
    {
        string folder = FolderOf(kind, site);
        PrivateFiles.MakeFolder(folder);
        PrivateFiles.Write(folder, SiteContent.FileName, utf8, lasts: true);
    }

    /// <summary>Reads one of a site's files and compares it with what it is listed as.</summary>
    /// <param name="kind">Why the site is kept.</param>
    /// <param name="site">The site.</param>
    /// <param name="file">The file.</param>
    /// <param name="isDamaged">Whether something is there that is not what it should be.</param>
    /// <returns>Its bytes; null where it is not there, or not what it should be.</returns>
    public ReadOnlyMemory<byte>? ReadFile(SiteKind kind, ZeroNetAddress site, SiteFile file, out bool isDamaged)
    {
        isDamaged = false;
        if (file.Size == 0)
        {
            return file == SiteFile.Of([]) ? ReadOnlyMemory<byte>.Empty : null;
        }

        string folder = FolderOf(kind, site);
        if (PrivateFiles.Read(folder, file.Sha512, SiteLimits.SiteBytes) is { } bytes && SiteFile.Of(bytes) == file)
        {
            return bytes;
        }

        isDamaged = new FileInfo(Path.Join(folder, file.Sha512)) is { } info && (info.Exists || info.LinkTarget is not null);
        return null;
    }

    /// <summary>Whether one of a site's files is there; whether it is what it should be, reading it tells.</summary>
    public bool Has(SiteKind kind, ZeroNetAddress site, SiteFile file) =>
        file.Size == 0 ? file == SiteFile.Of([]) : new FileInfo(Path.Join(FolderOf(kind, site), file.Sha512)) is { Exists: true } info && info.Length == file.Size;

    /// <summary>Writes one of a site's files, which is what it is listed as.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void WriteFile(SiteKind kind, ZeroNetAddress site, SiteFile file, ReadOnlySpan<byte> bytes)
    {
        if (file.Size > 0)
        {
            string folder = FolderOf(kind, site);
            PrivateFiles.MakeFolder(folder);
            PrivateFiles.Write(folder, file.Sha512, bytes, lasts: false);
        }
    }

    /// <summary>Takes all away of a site but its content.json and some files.</summary>
    public void KeepOnly(SiteKind kind, ZeroNetAddress site, IEnumerable<SiteFile> files)
    {
        HashSet<string> names = [SiteContent.FileName, .. files.Select(file => file.Sha512)];
        string folder = FolderOf(kind, site);
        if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: null })
        {
            foreach (string path in Directory.EnumerateFiles(folder).Where(path => !names.Contains(Path.GetFileName(path))))
            {
                PrivateFiles.TryDelete(path);
            }
        }
    }

    /// <summary>Takes a site away.</summary>
    public void Delete(SiteKind kind, ZeroNetAddress site) => PrivateFiles.TryDeleteFolder(FolderOf(kind, site));

    /// <summary>Keeps a site for another reason.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be moved.</exception>
    public void Move(ZeroNetAddress site, SiteKind from, SiteKind to)
    {
        if (Directory.Exists(FolderOf(from, site)))
        {
            Delete(to, site);
            Directory.Move(FolderOf(from, site), FolderOf(to, site));
        }
    }

    /// <summary>When the newest content.json of a site that was ever seen was signed, in seconds since 1970; 0 where that is not known.</summary>
    public long ReadMark(ZeroNetAddress site) =>
        long.TryParse(PrivateFiles.ReadLine(_seen, site.Text, MarkLength), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? seconds : 0;

    /// <summary>Remembers when the newest content.json of a site was signed.</summary>
    /// <param name="site">The site.</param>
    /// <param name="seconds">Since 1970.</param>
    /// <param name="isKept">Which sites are kept, whose marks are never forgotten.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void WriteMark(ZeroNetAddress site, long seconds, Func<string, bool> isKept)
    {
        bool isNew = !File.Exists(Path.Join(_seen, site.Text));
        PrivateFiles.Write(_seen, site.Text, Encoding.ASCII.GetBytes(seconds.ToString(CultureInfo.InvariantCulture) + "\n"), lasts: true);
        if (isNew && ++_marks > SiteLimits.Marks)
        {
            ForgetOldMarks(isKept);
        }
    }

    // A tenth at a time, so that not each new one reads the whole folder.
    private void ForgetOldMarks(Func<string, bool> isKept)
    {
        foreach (FileInfo mark in new DirectoryInfo(_seen).GetFiles().Where(mark => !isKept(mark.Name)).OrderBy(mark => mark.LastWriteTimeUtc).Take(SiteLimits.Marks / 10))
        {
            PrivateFiles.TryDelete(mark.FullName);
        }

        _marks = Directory.EnumerateFiles(_seen).Count();
    }

    private string FolderOf(SiteKind kind) => Path.Join(_root, kind switch
    {
        SiteKind.Own => "own",
        SiteKind.Followed => "followed",
        _ => "visited",
    });

    private string FolderOf(SiteKind kind, ZeroNetAddress site) => Path.Join(FolderOf(kind), site.Text);
}
