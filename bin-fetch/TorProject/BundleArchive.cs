using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Unpacks a compressed tar archive into a folder of its own. Owners, dates and all modes but "may be executed" are left behind.</summary>
internal sealed class BundleArchive
{
    /// <summary>The most that is unpacked, in bytes: a bundle has some 70 MB.</summary>
    public const long SizeLimit = 512L * 1024 * 1024;

    /// <summary>The most entries: a bundle has some twenty.</summary>
    public const int EntryLimit = 1000;

    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _folder;
    private readonly string _name;
    private readonly long _limit;
    private readonly Dictionary<string, long> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string[] Link, string Target)> _links = [];
    private long _size;

    private BundleArchive(string folder, string name, long limit)
    {
        _folder = folder;
        _name = name;
        _limit = limit;
    }

    /// <summary>Unpacks.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="folder">An empty folder. What is in it after a failure is of no use.</param>
    /// <param name="name">The archive's name, for messages.</param>
    /// <param name="limit">The most that is unpacked, in bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The files and their sizes.</returns>
    /// <exception cref="OverlayException">It is damaged, has more than is taken or reaches out of the folder, or the disk is full.</exception>
    public static async ValueTask<ImmutableSortedDictionary<string, long>> UnpackAsync(Stream archive, string folder, string name, long limit, CancellationToken cancellationToken)
    {
        BundleArchive unpacking = new(folder, name, limit);
        try
        {
            await unpacking.ReadAsync(archive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw unpacking.Bad($"is damaged: {error.Message.TrimEnd('.')}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{name} cannot be unpacked into {folder}: {error.Message.TrimEnd('.')}. Check that the disk has room.", error);
        }

        return unpacking._files.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private async ValueTask ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        using GZipStream plain = new(archive, CompressionMode.Decompress, leaveOpen: true);
        using BoundedStream bounded = new(plain, _limit, TooLarge);
        using TarReader reader = new(bounded);
        for (int count = 0; await reader.GetNextEntryAsync(cancellationToken: cancellationToken).ConfigureAwait(false) is { } entry; count++)
        {
            if (count == EntryLimit)
            {
                throw Bad($"has more than {EntryLimit} entries");
            }

            if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            string[] parts = ArchiveName.Parts(entry.Name) ?? throw Bad($"has an entry that leads elsewhere: {Shown(entry.Name)}");
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    MakeFolder(parts);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile when parts.Length > 0:
                    await WriteAsync(parts, entry, cancellationToken).ConfigureAwait(false);
                    break;
                case TarEntryType.SymbolicLink when parts.Length > 0:
                    _links.Add((parts, ArchiveName.Resolve(parts, entry.LinkName) ?? throw LeadsOut(entry)));
                    break;
                case TarEntryType.HardLink when parts.Length > 0:
                    _links.Add((parts, ArchiveName.Resolve([""], entry.LinkName) ?? throw LeadsOut(entry)));
                    break;
                default:
                    throw Bad($"has an entry of a kind that is not unpacked: {Shown(entry.Name)}");
            }
        }

        foreach ((string[] link, string target) in _links)
        {
            CopyOf(link, target);
        }
    }

    private void MakeFolder(ReadOnlySpan<string> parts)
    {
        for (int depth = 1; depth <= parts.Length; depth++)
        {
            string relative = string.Join('/', parts[..depth]);
            if (_files.ContainsKey(relative))
            {
                throw Twice(relative);
            }

            if (_folders.Add(relative))
            {
                PrivateFiles.MakeFolder(Path.Combine(_folder, relative));
            }
        }
    }

    private async ValueTask WriteAsync(string[] parts, TarEntry entry, CancellationToken cancellationToken)
    {
        FileStream file = Create(parts, mayExecute: (entry.Mode & Execute) != 0);
        await using (file.ConfigureAwait(false))
        {
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            }

            file.Flush(flushToDisk: true);
            _files[string.Join('/', parts)] = file.Length;
        }
    }

    /// <summary>Makes a copy of the file that a link means, so that nothing unpacked points anywhere.</summary>
    private void CopyOf(string[] link, string target)
    {
        if (!_files.TryGetValue(target, out long size))
        {
            throw Bad($"has a link to what is no file of it: {Shown(string.Join('/', link))}");
        }

        _size += size;
        if (_size > _limit)
        {
            throw TooLarge();
        }

        string original = Path.Combine(_folder, target);
        using FileStream source = File.OpenRead(original);
        using FileStream copy = Create(link, mayExecute: ExecutableFile.IsAt(original));
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
        _files[string.Join('/', link)] = size;
    }

    private FileStream Create(string[] parts, bool mayExecute)
    {
        string relative = string.Join('/', parts);
        MakeFolder(parts.AsSpan(..^1));
        if (_folders.Contains(relative) || !_files.TryAdd(relative, 0))
        {
            throw Twice(relative);
        }

        return PrivateFiles.Open(Path.Combine(_folder, relative), FileMode.CreateNew, mayExecute);
    }

    private OverlayException Twice(string relative) => Bad($"has two entries for one place: {Shown(relative)}");

    private OverlayException LeadsOut(TarEntry entry) => Bad($"has a link that leads elsewhere: {Shown(entry.Name)}");

    private OverlayException TooLarge() => Bad(string.Create(CultureInfo.InvariantCulture, $"unpacks to more than {_limit} bytes"));

    private OverlayException Bad(string what, Exception? cause = null) => new($"{_name} {what}. Nothing of it was installed.", cause);

    private static string Shown(string name) => string.Concat(name.Take(80).Select(static c => c is >= ' ' and < '\x7f' ? c : '?'));
}
