using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

// What is on the shelf, and what of it is in order. All of it is called under the gate.
internal sealed partial class SiteShelf
{
    private string? Keep(ZeroNetAddress address, SiteKind kind, out ShelvedSite? site)
    {
        if (_sites.TryGetValue(address.Text, out site) && site.Kind >= kind)
        {
            return null;
        }

        if (MakeRoom(kind) is { } refusal)
        {
            return refusal;
        }

        if (site is null)
        {
            site = new ShelvedSite(address, kind) { Seen = _store.ReadMark(address), LastUse = _clock.GetUtcNow() };
            _sites.Add(address.Text, site);
            return null;
        }

        return Move(site, kind);
    }

    private string? Move(ShelvedSite site, SiteKind kind)
    {
        try
        {
            _store.Move(site.Address, site.Kind, kind);
            site.Kind = kind;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"A site's folder cannot be moved: {e.Message} Check the disk, and the data folder's owner.";
        }
    }

    private string? MakeRoom(SiteKind kind)
    {
        int most = kind switch
        {
            SiteKind.Own => SiteLimits.Own,
            SiteKind.Followed => SiteLimits.Followed,
            _ => SiteLimits.Visited,
        };
        if (_sites.Values.Count(site => site.Kind == kind) < most)
        {
            return null;
        }

        if (kind is SiteKind.Own or SiteKind.Followed)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The site is not kept: there are {most} of its kind already. Remove one that is of no use any more.");
        }

        ShelvedSite oldest = _sites.Values.Where(site => site.Kind == kind).MinBy(site => site.LastUse)!;
        Forget(oldest.Address);
        return null;
    }

    // The signature is verified when the site is first used: for a thousand sites that takes seconds.
    private void ReadBack(ShelvedSite site)
    {
        if (_store.ReadContent(site.Kind, site.Address) is not { } utf8 || SiteContent.Read(utf8, out _) is not { } content || content.Address != site.Address.Text)
        {
            Drop(site, "its content.json is missing, or cannot be read.");
            return;
        }

        // Unless it is said to be newer than any that was seen: that would keep all others away.
        if (content.Modified > site.Seen)
        {
            if (!IsSigned(site, content))
            {
                Drop(site, "its content.json is not signed as it should be.");
                return;
            }

            Mark(site, content.Modified);
        }

        site.Modified = content.Modified;
        if (content.Files.TryGetValue(EndPointRecord.FileName, out SiteFile? file) && ReadFile(site, EndPointRecord.FileName, file) is { } record)
        {
            site.Expires = EndPointRecord.Read(record, out _)?.Expires ?? 0;
        }
    }

    private (SiteContent Content, byte[] Utf8, ImmutableSortedDictionary<string, SiteFile> Files)? Current(ShelvedSite site)
    {
        if (site.Modified == 0)
        {
            return null;
        }

        if (_store.ReadContent(site.Kind, site.Address) is { } utf8
            && (site.Verified is not { } hash || SHA256.HashData(utf8).AsSpan().SequenceEqual(hash))
            && SiteContent.Read(utf8, out _) is { } content && content.Modified == site.Modified
            && SiteSelection.Of(content, utf8.Length) is { } files
            && (site.Verified is not null || IsSigned(site, content)))
        {
            site.Verified ??= SHA256.HashData(utf8);
            return (content, utf8, files);
        }

        Drop(site, "its content.json is not what was written there.");
        return null;
    }

    // Whatever the clock says: one that has not been set since the machine started must not cost all sites.
    private static bool IsSigned(ShelvedSite site, SiteContent content) => SiteCheck.Of(content, site.Address, known: null, DateTimeOffset.MaxValue - SiteCheck.MostAhead) == SiteVerdict.Accepted;

    private ReadOnlyMemory<byte>? ReadFile(ShelvedSite site, string path, SiteFile file)
    {
        ReadOnlyMemory<byte>? bytes = _store.ReadFile(site.Kind, site.Address, file, out bool isDamaged);

        // Any other file may not have come yet, and real nodes lack some too.
        if (isDamaged || (bytes is null && path == EndPointRecord.FileName))
        {
            Drop(site, "a file is missing, or is not what was written there.");
        }

        return bytes;
    }

    private ImmutableSortedDictionary<string, SiteFile>? Listed(ShelvedSite site) => _waiting.TryGetValue(site.Address.Text, out WaitingSite? waiting) ? waiting.Files : Current(site)?.Files;

    private void Await(ShelvedSite site, WaitingSite next)
    {
        _waiting[site.Address.Text] = next;
        if (_waiting.Count > SiteLimits.Waiting)
        {
            _waiting.Remove(_waiting.MinBy(other => other.Value.Since).Key);
        }

        // Else whoever signs often, and never has the end points, would fill the disk.
        _store.KeepOnly(site.Kind, site.Address, [.. next.Files.Values, .. Current(site)?.Files.Values ?? []]);
    }

    private void MakeCurrent(ShelvedSite site, long modified, ReadOnlySpan<byte> utf8, ImmutableSortedDictionary<string, SiteFile> files, EndPointRecord? record)
    {
        _store.WriteContent(site.Kind, site.Address, utf8);
        site.Modified = modified;
        site.Expires = record?.Expires ?? 0;
        site.Verified = SHA256.HashData(utf8);
        site.LastUse = _clock.GetUtcNow();
        _waiting.Remove(site.Address.Text);
        _store.KeepOnly(site.Kind, site.Address, files.Values);
    }

    // On the disk before what it is of: after a crash between the two, the newest may come again.
    private void Mark(ShelvedSite site, long modified)
    {
        _store.WriteMark(site.Address, modified, _sites.ContainsKey);
        site.Seen = modified;
    }

    // As if it had never been here, but for what keeps older ones away.
    private void Drop(ShelvedSite site, string why)
    {
        _store.Delete(site.Kind, site.Address);
        _waiting.Remove(site.Address.Text);
        site.Modified = 0;
        site.Expires = 0;
        site.Verified = null;
        Log.Damaged(_logger, site.Kind, Redacted(site.Address), why);
    }
}
