namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Obtains bundles that a test key signed, from a web server on loopback.</summary>
public abstract class FetchingTests : IAsyncLifetime
{
    private protected const string Version = "99.0.1";

    private protected TemporaryFolder Folder { get; } = new();

    private protected Stages Stages { get; } = new();

    private protected TestPublisher Publisher { get; private set; } = null!;

    private protected string Store => Path.Combine(Folder.Path, "cache", "tor-project", BundlePlatform.Current!.Name);

    public async ValueTask InitializeAsync() => Publisher = await TestPublisher.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static IEnumerable<string> Names(string folder) => Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!) : [];

    private protected TorBundles Bundles() => new(new HelperProgramOptions { CacheFolder = Path.Combine(Folder.Path, "cache") });

    private protected async Task<FetchedProgram> FetchAsync() => await Bundles().FetchAsync(Publisher.Request(Version), Stages, CancellationToken.None);

    private protected async Task<string> RefusalAsync(TorBundleRequest? request = null)
    {
        Func<Task> fetch = async () => await Bundles().FetchAsync(request ?? Publisher.Request(Version), Stages, CancellationToken.None);
        return (await fetch.Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    private protected async Task<HelperProgram> FindAsync(string name) =>
        await new HelperPrograms(new HelperProgramOptions { CacheFolder = Path.Combine(Folder.Path, "cache"), SearchPath = "", MayObtain = false }).FindAsync(name, null, CancellationToken.None);

    private protected async Task<string> FindingAsync(string name)
    {
        Func<Task> find = async () => await FindAsync(name);
        return (await find.Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    /// <summary>Nothing is left in the store but whole versions and, where there are any, the selection.</summary>
    private protected void ShouldBeClean(params string[] versions)
    {
        string[] expected = versions.Length == 0 ? [] : [.. versions, "selection.json"];
        Names(Store).Where(name => name != "downloads").Should().BeEquivalentTo(expected);
        Names(Path.Combine(Store, "downloads")).Should().BeEmpty();
    }
}
