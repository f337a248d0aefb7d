using System.Collections.Concurrent;

namespace Klyntar.Overlay.BinFetch;

/// <summary>
/// The Tor Project's bundle that the operator selected, before everything else but a configured path. Where none is, it
/// has nothing to say. One that is damaged is a fault and not a reason to look elsewhere: another program than the one
/// that was chosen must not take its place.
/// </summary>
internal sealed class SelectedBundle(HelperProgramOptions options) : IProgramSource
{
    private readonly ConcurrentDictionary<string, bool> _checked = new(StringComparer.Ordinal);

    public async ValueTask<Found> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (Store() is not { } store || store.Selection.Current is not { } version)
        {
            return Found.Silent;
        }

        string cure = $"Obtain it again (klyntar-overlay fetch tor --from tor-project --version {version} --key FILE), or choose another with --use VERSION, --use none or --roll-back.";
        InstalledBundle bundle = store.ByVersion(version) ?? throw new OverlayException($"The Tor Project's bundle {version}, which is selected, is not whole in {store.Folder}. {cure}");
        if (bundle.Program(name) is not { } program)
        {
            return Found.Nowhere($"not in the Tor Project's bundle {version}, which is selected");
        }

        if (KnownProgram.ByName(name) is { } known && !_checked.ContainsKey(program.Path))
        {
            ProgramVersion answer = await ProgramVersion.AskAsync(program, known, options.Clock, cancellationToken).ConfigureAwait(false);
            if (answer.Fault is { } fault)
            {
                throw new OverlayException($"{name} of the Tor Project's bundle {version}, which is selected, does not run: {fault}. {cure}");
            }

            _checked.TryAdd(program.Path, true);
        }

        return Found.At(program);
    }

    private BundleStore? Store()
    {
        try
        {
            return BundlePlatform.Current is { } platform ? new BundleStore(CacheFolder.For(options), platform, options.Clock) : null;
        }
        catch (OverlayException)
        {
            // A user without a home has no bundles either.
            return null;
        }
    }
}
