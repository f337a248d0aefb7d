using System.Security.Cryptography;

namespace Klyntar.Overlay.BinFetch;

/// <summary>The Tor Project's expert bundles: obtains them, checked by signature and sum, and chooses which one is used.</summary>
public sealed class TorBundles
{
    private const string Tor = "tor";

    private readonly BundlePlatform _platform;
    private readonly BundleStore _store;
    private readonly TimeProvider _clock;

    /// <summary>The bundles in a user's cache.</summary>
    /// <param name="options">Where the cache is, and the clock.</param>
    /// <exception cref="OverlayException">There is none for this machine, or this user has no home.</exception>
    public TorBundles(HelperProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _platform = BundlePlatform.Current ?? throw new OverlayException("The Tor Project makes no expert bundle for this kind of machine. Use the system's tor, or set transports.tor.program to its path.");
        _clock = options.Clock;
        _store = new BundleStore(CacheFolder.For(options), _platform, _clock);
    }

    /// <summary>The bundles that were obtained, the newest first.</summary>
    /// <exception cref="OverlayException">Which one is used cannot be read.</exception>
    public IReadOnlyList<TorBundle> List()
    {
        BundleSelection selection = _store.Selection;
        return [.. _store.All().Select(bundle => new TorBundle(bundle.Version, bundle.Tor, bundle.Obtained, bundle.Version == selection.Current, bundle.Version == selection.Previous))];
    }

    /// <summary>Obtains a bundle and makes it the one that is used. One that is there already, checked by the same key, is not downloaded again.</summary>
    /// <param name="request">Which, and by which key.</param>
    /// <param name="progress">Told what is being done; null where nobody looks.</param>
    /// <param name="cancellationToken">Gives up; what has come of the archive is kept for the next time.</param>
    /// <exception cref="OverlayException">It could not; the message says why and what to do. What was used before still is.</exception>
    public async ValueTask<FetchedProgram> FetchAsync(TorBundleRequest request, IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        BundleSource source = new(request, _platform, _clock);
        PinnedKey key = ReadKey(request.KeyFile, source.Fingerprint);
        progress?.Report(new TorBundleStage("the key", key.Fingerprint.ToString(), IsDone: true));
        using IDisposable held = await LockAsync(progress, cancellationToken).ConfigureAwait(false);
        if (await InstalledAsync(source, cancellationToken).ConfigureAwait(false) is { } there)
        {
            _store.Select(there.Version);
            return new FetchedProgram(there.Program(Tor)!, there.Version, IsNew: false);
        }

        using Downloader downloader = new(source.Options, source.Allowed);
        (string sum, SignedBy signed) = await SignedSumAsync(source, key, downloader, progress, cancellationToken).ConfigureAwait(false);
        PartialFile part = _store.BeginDownload(source.Archive);
        if (!await IsThereAsync(part, sum, cancellationToken).ConfigureAwait(false))
        {
            await DownloadAsync(source, request.ArchiveLimit, downloader, part, progress, cancellationToken).ConfigureAwait(false);
        }

        // Held open from the check to the unpacking, so that both see the same file.
        InstalledBundle unpacked;
        FileStream archive = File.OpenRead(part.Path);
        await using (archive.ConfigureAwait(false))
        {
            try
            {
                await CheckAsync(source, archive, sum, progress, cancellationToken).ConfigureAwait(false);
                unpacked = await InstallAsync(source, request.UnpackedLimit, archive, sum, signed, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (OverlayException)
            {
                part.Delete();
                throw;
            }
        }

        part.Delete();
        _store.Select(unpacked.Version);
        _store.Tidy();
        return new FetchedProgram(unpacked.Program(Tor)!, unpacked.Version, IsNew: true);
    }

    /// <summary>Chooses the bundle that is used.</summary>
    /// <param name="version">A version that was obtained; null for none, so that PATH and the distribution's package are looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its tor, or null.</returns>
    /// <exception cref="OverlayException">That version is not there.</exception>
    public async ValueTask<HelperProgram?> UseAsync(string? version, CancellationToken cancellationToken)
    {
        HelperProgram? tor = version is null ? null : Whole(version).Program(Tor);
        using IDisposable held = await LockAsync(null, cancellationToken).ConfigureAwait(false);
        _store.Select(version);
        return tor;
    }

    /// <summary>Goes back to what was used before the last choice; once more, and it is undone.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The tor that is used now, or null where that is no bundle's.</returns>
    /// <exception cref="OverlayException">Nothing was chosen before, or it is no longer there.</exception>
    public async ValueTask<HelperProgram?> RollBackAsync(CancellationToken cancellationToken)
    {
        using IDisposable held = await LockAsync(null, cancellationToken).ConfigureAwait(false);
        BundleSelection selection = _store.Selection;
        if (selection == BundleSelection.None)
        {
            throw new OverlayException("There is nothing to roll back: no bundle of the Tor Project has been used. 'klyntar-overlay fetch tor --from tor-project --key FILE' obtains one.");
        }

        HelperProgram? tor = selection.Previous is null ? null : Whole(selection.Previous).Program(Tor);
        _store.Swap();
        return tor;
    }

    private async ValueTask<IDisposable> LockAsync(IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        Waiting waiting = new(progress);
        IDisposable held = await _store.LockAsync(waiting, cancellationToken).ConfigureAwait(false);
        waiting.Done();
        return held;
    }

    private InstalledBundle Whole(string version)
    {
        if (BundleVersion.IsVersion(version) && _store.ByVersion(version) is { } bundle)
        {
            return bundle;
        }

        string[] there = [.. _store.All().Select(static bundle => bundle.Version)];
        throw new OverlayException($"The bundle {(version.Length > 32 ? version[..32] : version)} is not in {_store.Folder}, or not whole. {(there.Length > 0 ? $"Those there are: {string.Join(", ", there)}" : "None is")}. Obtain it with --from tor-project --version.");
    }

    private static PinnedKey ReadKey(string path, KeyFingerprint fingerprint)
    {
        string how = "README.md says how to get it";
        try
        {
            // One byte beyond the limit tells a file that is too long, or has no end, without reading it.
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[PinnedKey.FileLimit + 1];
            return PinnedKey.Read(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)), fingerprint);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OverlayException($"The key file {path} cannot be read: {error.Message.TrimEnd('.')}. {how}.", error);
        }
        catch (OpenPgpException error)
        {
            throw new OverlayException($"The key file {path} is refused: it {error.Message}. {how}.", error);
        }
    }

    /// <summary>The version where it is there, whole, checked by the same key and running.</summary>
    private async ValueTask<InstalledBundle?> InstalledAsync(BundleSource source, CancellationToken cancellationToken) =>
        _store.ByVersion(source.Version) is { } bundle && bundle.Fingerprint == source.Fingerprint.ToString()
        && bundle.Sha256 == (source.PinnedSha256 ?? bundle.Sha256)
        && bundle.Program(Tor) is { } tor && (await VersionAsync(tor, cancellationToken).ConfigureAwait(false)).Fault is null
            ? bundle
            : null;

    private ValueTask<ProgramVersion> VersionAsync(HelperProgram tor, CancellationToken cancellationToken) =>
        ProgramVersion.AskAsync(tor, KnownProgram.ByName(Tor)!, _clock, cancellationToken);

    /// <summary>The archive's SHA-256, from the list that the key has signed. The archive's name has the version, so that an older list does not do.</summary>
    private async ValueTask<(string Sum, SignedBy Signed)> SignedSumAsync(
        BundleSource source, PinnedKey key, Downloader downloader, IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        TorBundleStage stage = new("the signed list of sums", source.Version);
        progress?.Report(stage);
        byte[] sums = await downloader.ReadAsync(source.File(BundleSource.SumsName, Sha256Sums.SizeLimit), cancellationToken).ConfigureAwait(false);
        byte[] signature = await downloader.ReadAsync(source.File($"{BundleSource.SumsName}.asc", PinnedKey.SignatureFileLimit), cancellationToken).ConfigureAwait(false);
        SignedBy signed;
        try
        {
            signed = key.Check(signature, sums, _clock.GetUtcNow());
        }
        catch (OpenPgpException error)
        {
            throw new OverlayException($"The signature {BundleSource.SumsName}.asc of version {source.Version} is refused: it {error.Message}. Nothing was installed.", error);
        }

        string sum = Sha256Sums.Find(sums, source.Archive)
            ?? throw new OverlayException($"The signed list of version {source.Version} has no one sum for {source.Archive}: it is another version's list, or there is no bundle for this kind of machine. Nothing was installed.");
        if (source.PinnedSha256 is { } pinned && pinned != sum)
        {
            throw new OverlayException($"The signed list has another SHA-256 for {source.Archive}, {sum}, than this program knows, {pinned}. Nothing was installed; ask the Tor Project which one is right.");
        }

        progress?.Report(stage with { Detail = $"good signature by {signed.Key} of {signed.At:yyyy-MM-dd}", IsDone = true });
        return (sum, signed);
    }

    /// <summary>Whether an earlier run was ended between the download and the installation.</summary>
    private static async ValueTask<bool> IsThereAsync(PartialFile part, string sum, CancellationToken cancellationToken)
    {
        if (part.Length == 0)
        {
            return false;
        }

        FileStream archive = File.OpenRead(part.Path);
        await using (archive.ConfigureAwait(false))
        {
            return await SumAsync(archive, cancellationToken).ConfigureAwait(false) == sum;
        }
    }

    private static async ValueTask<string> SumAsync(FileStream archive, CancellationToken cancellationToken) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(archive, cancellationToken).ConfigureAwait(false));

    private static async ValueTask DownloadAsync(
        BundleSource source, long limit, Downloader downloader, PartialFile part, IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        TorBundleStage stage = new("download", source.Archive);
        progress?.Report(stage);
        Relay relay = new(progress, stage);
        Uri place = await downloader.SaveAsync(source.File(source.Archive, limit), part, relay, cancellationToken).ConfigureAwait(false);
        progress?.Report(stage with { Detail = $"{source.Archive} from {place.Authority}", Progress = relay.Last, IsDone = true });
    }

    private static async ValueTask CheckAsync(BundleSource source, FileStream archive, string sum, IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        TorBundleStage stage = new("check the sum");
        progress?.Report(stage);
        string actual = await SumAsync(archive, cancellationToken).ConfigureAwait(false);
        if (actual != sum)
        {
            throw new OverlayException($"{source.Archive} is not what was signed: its SHA-256 is {actual}, and the signed list has {sum}. It was deleted, and nothing was installed. Run the same command again, or name another server with --mirror.");
        }

        archive.Position = 0;
        progress?.Report(stage with { Detail = $"SHA-256 {sum}", IsDone = true });
    }

    private async ValueTask<InstalledBundle> InstallAsync(
        BundleSource source, long limit, FileStream archive, string sum, SignedBy signed, IProgress<TorBundleStage>? progress, CancellationToken cancellationToken)
    {
        TorBundleStage stage = new("install");
        progress?.Report(stage);
        string folder = _store.BeginUnpacking();
        try
        {
            InstalledBundle bundle = new()
            {
                Version = source.Version,
                Sha256 = sum,
                Fingerprint = source.Fingerprint.ToString(),
                SignedBy = signed.Key.ToString(),
                Signed = signed.At,
                Obtained = _clock.GetUtcNow(),
                Files = await BundleArchive.UnpackAsync(archive, folder, source.Archive, limit, cancellationToken).ConfigureAwait(false),
                Folder = folder,
            };
            HelperProgram tor = bundle.Program(Tor) ?? throw new OverlayException($"{source.Archive} has no program tor/tor. Nothing was installed.");
            ProgramVersion version = await VersionAsync(tor, cancellationToken).ConfigureAwait(false);
            if (version.Fault is { } fault)
            {
                throw new OverlayException($"The tor of {source.Archive} does not run here: {fault}. Nothing was installed. Use the system's tor, or try another version.");
            }

            InstalledBundle installed = _store.Publish(bundle with { Tor = version.Line ?? "" });
            progress?.Report(stage with { Detail = installed.Tor.TrimEnd('.'), IsDone = true });
            return installed;
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private sealed class Waiting(IProgress<TorBundleStage>? progress) : IProgress<string>
    {
        private TorBundleStage? _stage;

        public void Report(string value) => progress?.Report(_stage = new TorBundleStage(value));

        public void Done()
        {
            if (_stage is not null)
            {
                progress?.Report(_stage with { IsDone = true });
            }
        }
    }

    private sealed class Relay(IProgress<TorBundleStage>? progress, TorBundleStage stage) : IProgress<DownloadProgress>
    {
        public DownloadProgress? Last { get; private set; }

        public void Report(DownloadProgress value)
        {
            Last = value;
            progress?.Report(stage with { Progress = value });
        }
    }
}
