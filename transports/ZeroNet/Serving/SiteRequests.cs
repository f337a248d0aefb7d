using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Answers a peer's requests as a real node does that has a few small sites. Whoever asks for a site, and can be dialled, is remembered as a peer of it. What reads files is run in the
/// thread pool.
/// </summary>
/// <param name="asker">Who asks over this connection.</param>
/// <param name="services">What answers are made of.</param>
internal sealed class SiteRequests(PeerAsker asker, RequestServices services) : IPeerRequests
{
    /// <summary>The most bytes of a file in one answer: what real nodes ask for at a time.</summary>
    public const int MostReadBytes = 524_288;

    /// <summary>The most peers that are told at once.</summary>
    public const int MostPeersTold = 50;

    private const int NonceBytes = 16;

    // What tells this connection from all others, where an onion's proof is bound to it.
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(NonceBytes);

    private MessageLimits Limits => services.Limits;

    /// <inheritdoc/>
    public async ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken) => request.Command switch
    {
        PeerCommands.Ping => new PeerAnswer.Fields(PingAnswer.Pong),
        PeerCommands.GetTrackers => new PeerAnswer.Fields(new TrackersAnswer(services.Trackers())),
        PeerCommands.CheckPort => await CheckPortAsync(request, cancellationToken).ConfigureAwait(false),
        PeerCommands.Announce when services.Tracker is { } tracker => await Task.Run(() => Announce(tracker, request), cancellationToken).ConfigureAwait(false),
        PeerCommands.GetFile or PeerCommands.StreamFile or PeerCommands.Pex or PeerCommands.ListModified or PeerCommands.Update
            or PeerCommands.GetHashfield or PeerCommands.SetHashfield or PeerCommands.FindHashIds => await Task.Run(() => OfSite(request), cancellationToken).ConfigureAwait(false),
        _ => null,
    };

    private static PeerAnswer.Failure Bad(MessageViolation? violation) => new PeerAnswer.Failure(RequestErrors.InvalidParams(violation!.Value));

    private PeerAnswer OfSite(PeerRequest request)
    {
        MessageViolation? violation;
        return request.Command switch
        {
            PeerCommands.GetFile or PeerCommands.StreamFile => FileParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, _ => File(p)) : Bad(violation),
            PeerCommands.Pex => PexParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, entry => Exchange(entry, p)) : Bad(violation),
            PeerCommands.ListModified => ListModifiedParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, entry => Modified(entry, p)) : Bad(violation),
            PeerCommands.Update => UpdateParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, entry => Update(entry, p)) : Bad(violation),

            // There are no optional files here, and nobody is asked for any.
            PeerCommands.GetHashfield => GetHashfieldParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, static _ => new PeerAnswer.Fields(new HashfieldAnswer([]))) : Bad(violation),
            PeerCommands.SetHashfield => SetHashfieldParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, static _ => new PeerAnswer.Fields(new OkAnswer("Updated"))) : Bad(violation),
            _ => FindHashIdsParams.Read(request, Limits, out violation) is { } p ? OfSite(p.Site, static _ => new PeerAnswer.Fields(new FindHashIdsAnswer([], []))) : Bad(violation),
        };
    }

    private PeerAnswer OfSite(string site, Func<ShelfEntry, PeerAnswer> answer)
    {
        if (services.Shelf.Find(site) is not { Kind: not SiteKind.Visited } entry)
        {
            return new PeerAnswer.Failure(RequestErrors.UnknownSite);
        }

        if (AskersLocation() is { } location)
        {
            services.Peers.Add(entry.Site, [location], PeerSource.Asker(asker.Address));
        }

        return answer(entry);
    }

    private PeerAnswer File(FileParams p)
    {
        if (!SitePath.IsValid(p.InnerPath))
        {
            return new PeerAnswer.Failure(RequestErrors.FileReadException);
        }

        if (services.Shelf.Read(p.Site, p.InnerPath) is not { } file)
        {
            return new PeerAnswer.Failure(RequestErrors.FileReadError);
        }

        // As with real nodes, whoever asks for a part only is not asked what he thinks of the whole; and 0 is no size to them.
        int most = Math.Min(p.ReadBytes ?? MostReadBytes, MostReadBytes);
        if (p.FileSize is > 0 and var size && size != file.Length && file.Length <= most)
        {
            return new PeerAnswer.Failure(RequestErrors.SizeDiffers(size, file.Length));
        }

        if (p.Location > file.Length)
        {
            return new PeerAnswer.Failure(RequestErrors.BadLocation);
        }

        ReadOnlyMemory<byte> part = file[(int)p.Location..];
        part = part[..Math.Min(part.Length, most)];
        long next = p.Location + part.Length;
        return p.IsStream
            ? new PeerAnswer.Stream(new StreamAnswer(file.Length, next, part.Length), part)
            : new PeerAnswer.Fields(new FileAnswer(part, file.Length, next));
    }

    private PeerAnswer.Fields Exchange(ShelfEntry entry, PexParams p)
    {
        HashSet<PeerLocation> known = [.. p.Peers.Take(PeerLimits.OfSite).Select(PeerLocation.Of)];
        services.Peers.Add(entry.Site, known, PeerSource.Asker(asker.Address));
        if (AskersLocation() is { } location)
        {
            known.Add(location);
        }

        return new PeerAnswer.Fields(new PexAnswer(services.Peers.ToTell(entry.Site, Math.Min(p.Need, MostPeersTold), known)));
    }

    private static PeerAnswer.Fields Modified(ShelfEntry entry, ListModifiedParams p)
    {
        ImmutableDictionary<string, long> files = ImmutableDictionary<string, long>.Empty;
        return new PeerAnswer.Fields(new ListModifiedAnswer(entry.Modified is { } modified && modified > p.Since ? files.Add(SiteContent.FileName, modified) : files));
    }

    private PeerAnswer Update(ShelfEntry entry, UpdateParams p)
    {
        const string unchanged = "File not changed";
        const string thanks = $"Thanks, file {SiteContent.FileName} updated!";
        if (p.InnerPath != SiteContent.FileName)
        {
            return new PeerAnswer.Failure(RequestErrors.OnlyContent);
        }

        // 0 is what was not told.
        if (p.Modified > 0 && p.Modified <= entry.Modified)
        {
            return new PeerAnswer.Fields(new OkAnswer(unchanged));
        }

        if (p.Body.IsEmpty)
        {
            services.HasNewer(entry.Site, asker);
            return new PeerAnswer.Fields(new OkAnswer(thanks));
        }

        SiteTaking taking = services.Shelf.Take(entry.Site, p.Body);
        switch (taking)
        {
            case SiteTaking.Current or SiteTaking.AwaitsFiles:
                services.HasNewer(entry.Site, asker);
                return new PeerAnswer.Fields(new OkAnswer(thanks));
            case SiteTaking.NotNewer when SiteContent.Read(p.Body, out _)?.Modified is { } sent && services.Shelf.Find(entry.Site.Text)?.Modified is { } ours && sent < ours:
                return new PeerAnswer.Failure(RequestErrors.Invalid(string.Create(CultureInfo.InvariantCulture, $"We have newer (Our: {ours}, Sent: {sent})")));
            case SiteTaking.NotNewer or SiteTaking.SignedElsewhere:
                return new PeerAnswer.Fields(new OkAnswer(unchanged));
            case SiteTaking.UnknownSite:
                return new PeerAnswer.Failure(RequestErrors.UnknownSite);
            case SiteTaking.Unreadable:
                return new PeerAnswer.Failure(RequestErrors.InvalidJson);
            default:
                return new PeerAnswer.Failure(RequestErrors.Invalid(taking switch
                {
                    SiteTaking.TooLarge => "Content too large",
                    SiteTaking.FromTheFuture => "Modify timestamp is in the far future!",
                    SiteTaking.ForeignSite => "Wrong site address",
                    SiteTaking.BadSignature => "Valid signs: 0/1",
                    _ => "Site storage error",
                }));
        }
    }

    private async ValueTask<PeerAnswer> CheckPortAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        if (CheckPortParams.Read(request, Limits, out MessageViolation? violation) is not { } p)
        {
            return Bad(violation);
        }

        // Only ever the asker himself is dialled, so that nobody has others' ports looked at.
        bool isOpen = asker.Address is { } address && p.Port > 0 && await services.ReachesAsync(address, p.Port, cancellationToken).ConfigureAwait(false);
        return new PeerAnswer.Fields(new CheckPortAnswer(isOpen ? CheckPortAnswer.Open : CheckPortAnswer.Closed, asker.Address?.ToString()));
    }

    private PeerAnswer Announce(TrackerTable tracker, PeerRequest request) =>
        AnnounceParams.Read(request, Limits, out MessageViolation? violation) is { } announcement
            ? new PeerAnswer.Fields(tracker.Announce(announcement, asker.Address, _nonce))
            : Bad(violation);

    // An onion that it names is where it wants to be reached, wherever it came from; real nodes see it so too.
    private PeerLocation? AskersLocation() => asker.Handshake switch
    {
        null or { IsTrackerConnection: true } => null,
        { Onion: { Length: > 0 } onion } handshake => OnionName.TryRead(onion, out string? name) ? new PeerLocation(PeerLocationKind.Onion, name + OnionName.Suffix, handshake.FileServerPort) : null,
        { IsPortOpen: false } => null,
        { } handshake => asker.Address is { } address ? PeerLocation.Of(address, handshake.FileServerPort) : null,
    };
}
