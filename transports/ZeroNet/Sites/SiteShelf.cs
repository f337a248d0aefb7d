using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The sites that this gateway keeps and serves. A site's older content.json is never taken after a newer one was seen, not even after the site itself was lost or taken away;
/// and readers never see a site by halves: what it says changes when its new end points are there. Reads and writes files, so its callers must not be on the socket engine's loop.
/// </summary>
internal sealed partial class SiteShelf
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ShelvedSite> _sites = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitingSite> _waiting = new(StringComparer.Ordinal);
    private readonly SiteStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Opens a shelf with what it held when the gateway last ran.</summary>
    /// <param name="folder">A folder of its own that is there, and that nobody else can enter.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="logger">Where damage is told.</param>
    /// <exception cref="OverlayException">The folder cannot be used.</exception>
    public SiteShelf(string folder, TimeProvider clock, ILogger logger)
    {
        _store = new SiteStore(folder);
        _clock = clock;
        _logger = logger;

        // Should a crash have left a site in two folders, the better reason to keep it wins.
        try
        {
            foreach (SiteKind kind in Enum.GetValues<SiteKind>())
            {
                foreach (ZeroNetAddress address in _store.List(kind))
                {
                    var site = new ShelvedSite(address, kind) { Seen = _store.ReadMark(address), LastUse = _store.LastWrite(kind, address) };
                    _sites[address.Text] = site;
                    ReadBack(site);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The ZeroNet sites in {folder} cannot be read: {e.Message} Check the folder's owner and the disk.", e);
        }
    }

    /// <summary>All sites that are kept.</summary>
    public ImmutableArray<ShelfEntry> Sites
    {
        get
        {
            lock (_gate)
            {
                return [.. _sites.Values.Select(Entry)];
            }
        }
    }

    /// <summary>Finds a site that is kept.</summary>
    /// <param name="address">What somebody calls it: any text.</param>
    /// <returns>The site; null where it is not kept.</returns>
    public ShelfEntry? Find(string address)
    {
        lock (_gate)
        {
            return _sites.TryGetValue(address, out ShelvedSite? site) ? Entry(site) : null;
        }
    }

    /// <summary>Keeps a site from now on, or for a better reason than before. A followed one that is to be seeded stays followed.</summary>
    /// <param name="address">The site.</param>
    /// <param name="kind">Followed or seeded.</param>
    /// <returns>Null, or why it cannot be kept, as a sentence.</returns>
    public string? Keep(ZeroNetAddress address, SiteKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)kind, (int)SiteKind.Own);
        lock (_gate)
        {
            return Keep(address, kind, out _);
        }
    }

    /// <summary>Keeps a followed site only as long as there is room.</summary>
    /// <returns>Null, or why that cannot be, as a sentence.</returns>
    public string? Unfollow(ZeroNetAddress address)
    {
        lock (_gate)
        {
            return _sites.TryGetValue(address.Text, out ShelvedSite? site) && site.Kind == SiteKind.Followed ? MakeRoom(SiteKind.Visited) ?? Move(site, SiteKind.Visited) : null;
        }
    }

    /// <summary>Takes a site away. When its newest content.json was signed is still remembered.</summary>
    public void Forget(ZeroNetAddress address)
    {
        lock (_gate)
        {
            if (_sites.Remove(address.Text, out ShelvedSite? site))
            {
                _waiting.Remove(address.Text);
                _store.Delete(site.Kind, address);
            }
        }
    }

    /// <summary>Publishes a site of our own. It is signed only where something of it has changed, since each signature makes the whole network fetch it.</summary>
    /// <param name="key">The site's key.</param>
    /// <param name="page">Its page.</param>
    /// <param name="record">Its end points: the same expiry gives the same file, so it is for the caller to move it on seldom.</param>
    public SitePublication Publish(ZeroNetPrivateKey key, SitePage page, EndPointRecord record)
    {
        byte[] html = page.Write();
        byte[] endPoints = record.Write();
        var files = ImmutableSortedDictionary.Create<string, SiteFile>(StringComparer.Ordinal).Add(SitePage.FileName, SiteFile.Of(html)).Add(EndPointRecord.FileName, SiteFile.Of(endPoints));
        lock (_gate)
        {
            if (Keep(key.Address, SiteKind.Own, out ShelvedSite? site) is { } refusal)
            {
                return new SitePublication(0, false, refusal);
            }

            if (Current(site!) is { } current && site!.Modified == site.Seen && current.Content.Files.SequenceEqual(files) && files.Values.All(file => _store.Has(SiteKind.Own, site.Address, file)))
            {
                return new SitePublication(site.Modified, false, null);
            }

            long now = _clock.GetUtcNow().ToUnixTimeSeconds();
            if (site!.Seen > now + (long)SiteLimits.ClockSkew.TotalSeconds)
            {
                return new SitePublication(0, false, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The site is not signed: what was signed last is dated {site.Seen - now} seconds ahead of this machine's clock, and nothing is dated further ahead. Set the clock, or wait until it has passed."));
            }

            long modified = Math.Max(now, site.Seen + 1);
            byte[] utf8 = new SiteDraft(page.Title, page.Description, files).Sign(key, modified);
            try
            {
                _store.WriteFile(SiteKind.Own, site.Address, files[SitePage.FileName], html);
                _store.WriteFile(SiteKind.Own, site.Address, files[EndPointRecord.FileName], endPoints);
                Mark(site, modified);
                MakeCurrent(site, modified, utf8, files, record);
                return new SitePublication(modified, true, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new SitePublication(0, false, $"The site cannot be written: {e.Message} Check the disk, and the data folder's owner.");
            }
        }
    }

    /// <summary>Takes a content.json from anybody, if it is the site's own and newer than any before.</summary>
    /// <param name="address">The site that it was sent as.</param>
    /// <param name="utf8">The file. It is copied where it is kept.</param>
    public SiteTaking Take(ZeroNetAddress address, ReadOnlyMemory<byte> utf8)
    {
        if (Find(address.Text) is null)
        {
            return SiteTaking.UnknownSite;
        }

        if (utf8.Length > SiteLimits.ContentBytes)
        {
            return SiteTaking.TooLarge;
        }

        if (SiteContent.Read(utf8, out _) is not { } content)
        {
            return SiteTaking.Unreadable;
        }

        // The signature is verified where nobody waits for it, and what is known may have changed meanwhile.
        SiteVerdict verdict = SiteCheck.Of(content, address, KnownOf(address), _clock.GetUtcNow());
        if (verdict != SiteVerdict.Accepted)
        {
            return verdict switch
            {
                SiteVerdict.NotNewer => SiteTaking.NotNewer,
                SiteVerdict.FromTheFuture => SiteTaking.FromTheFuture,
                SiteVerdict.ForeignSite => SiteTaking.ForeignSite,
                _ => SiteTaking.BadSignature,
            };
        }

        lock (_gate)
        {
            return !_sites.TryGetValue(address.Text, out ShelvedSite? site) ? SiteTaking.UnknownSite : content.Modified <= site.Known ? SiteTaking.NotNewer : Take(site, content, utf8);
        }
    }

    /// <summary>The files of a site that are still to be had: of its next content.json where one waits, and its end points first.</summary>
    public ImmutableArray<WantedFile> Wanted(ZeroNetAddress address)
    {
        lock (_gate)
        {
            if (!_sites.TryGetValue(address.Text, out ShelvedSite? site) || Listed(site) is not { } files)
            {
                return [];
            }

            return [.. files.Where(file => !_store.Has(site.Kind, address, file.Value)).OrderByDescending(file => file.Key == EndPointRecord.FileName).Select(file => new WantedFile(file.Key, file.Value))];
        }
    }

    /// <summary>Takes a file from anybody, if it is what the site lists.</summary>
    /// <param name="address">The site.</param>
    /// <param name="path">The file's path in the site, as it is listed.</param>
    /// <param name="bytes">The file.</param>
    public SiteGiving Give(ZeroNetAddress address, string path, ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (!_sites.TryGetValue(address.Text, out ShelvedSite? site) || Listed(site)?.GetValueOrDefault(path) is not { } file)
            {
                return SiteGiving.NotWanted;
            }

            if (bytes.Length != file.Size || SiteFile.Of(bytes.Span) != file)
            {
                return SiteGiving.NotAsListed;
            }

            try
            {
                _store.WriteFile(site.Kind, address, file, bytes.Span);
                if (path == EndPointRecord.FileName && _waiting.TryGetValue(address.Text, out WaitingSite? waiting))
                {
                    MakeCurrent(site, waiting.Content.Modified, waiting.Utf8.Span, waiting.Files, EndPointRecord.Read(bytes, out _));
                }

                return SiteGiving.Kept;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(_logger, Redacted(address), e.Message);
                return SiteGiving.NotWritten;
            }
        }
    }

    /// <summary>Reads a file of what a site says now, for whoever asks.</summary>
    /// <param name="address">What the asker calls the site: any text.</param>
    /// <param name="path">What he calls the file: any text, which is looked up and never joined to a folder.</param>
    /// <returns>The file, verified; null where it is not here.</returns>
    public ReadOnlyMemory<byte>? Read(string address, string path)
    {
        lock (_gate)
        {
            if (!_sites.TryGetValue(address, out ShelvedSite? site))
            {
                return null;
            }

            site.LastUse = _clock.GetUtcNow();
            return Current(site) is not { } current ? null : path == SiteContent.FileName ? current.Utf8 : current.Files.GetValueOrDefault(path) is { } file ? ReadFile(site, path, file) : null;
        }
    }

    /// <summary>Where a site's gateway is reached; null where that is not known.</summary>
    public SiteRecord? Record(ZeroNetAddress address)
    {
        lock (_gate)
        {
            return Read(address.Text, EndPointRecord.FileName) is { } utf8 && EndPointRecord.Read(utf8, out _) is { } record
                ? new SiteRecord(record, _sites[address.Text].Modified, record.IsExpired(_clock.GetUtcNow()))
                : null;
        }
    }

    private SiteTaking Take(ShelvedSite site, SiteContent content, ReadOnlyMemory<byte> utf8)
    {
        if (SiteSelection.Of(content, utf8.Length) is not { } files)
        {
            return SiteTaking.TooLarge;
        }

        try
        {
            if (site.Kind == SiteKind.Own)
            {
                return TakeOwn(site, content);
            }

            if (content.Modified > site.Seen)
            {
                Mark(site, content.Modified);
            }

            site.LastUse = _clock.GetUtcNow();
            EndPointRecord? record = null;
            if (files.TryGetValue(EndPointRecord.FileName, out SiteFile? listed))
            {
                if (_store.ReadFile(site.Kind, site.Address, listed, out _) is not { } endPoints)
                {
                    Await(site, new WaitingSite(content, utf8.ToArray(), files, site.LastUse));
                    return SiteTaking.AwaitsFiles;
                }

                record = EndPointRecord.Read(endPoints, out _);
            }

            MakeCurrent(site, content.Modified, utf8.Span, files, record);
            return SiteTaking.Current;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(_logger, Redacted(site.Address), e.Message);
            return SiteTaking.NotWritten;
        }
    }

    // Never served: it names another gateway's end points, and what is published here next is dated after it.
    private SiteTaking TakeOwn(ShelvedSite site, SiteContent content)
    {
        // Of two of one second the peers that have one would never take the other.
        bool isTie = content.Modified == site.Modified && Current(site) is { } current && !current.Content.SignedText.Span.SequenceEqual(content.SignedText.Span);
        if (content.Modified == site.Seen && !isTie)
        {
            return SiteTaking.NotNewer;
        }

        Mark(site, isTie ? content.Modified + 1 : content.Modified);
        Log.SignedElsewhere(_logger, Redacted(site.Address));
        return SiteTaking.SignedElsewhere;
    }

    private long? KnownOf(ZeroNetAddress address)
    {
        lock (_gate)
        {
            return _sites.GetValueOrDefault(address.Text)?.Known;
        }
    }

    private static ShelfEntry Entry(ShelvedSite site) => new(site.Address, site.Kind, site.Modified == 0 ? null : site.Modified, site.Expires == 0 ? null : site.Expires);

    private static string Redacted(ZeroNetAddress address) => address.Text[..4] + "…";
}
