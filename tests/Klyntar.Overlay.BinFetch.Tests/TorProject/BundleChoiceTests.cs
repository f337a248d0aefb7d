namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class BundleChoiceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestPublisher _publisher = null!;

    private string Store => Path.Combine(_folder.Path, "cache", "tor-project", BundlePlatform.Current!.Name);

    public async ValueTask InitializeAsync() => _publisher = await TestPublisher.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Versions_lie_side_by_side_and_the_newest_fetched_is_used()
    {
        await FetchAsync("98.0", "99.0a1");

        Shown().Should().Equal("99.0a1 used Tor version 0.4.9.99.", "98.0 before Tor version 0.4.9.98.");
        (await FoundAsync()).Should().Be("Tor Project bundle 99.0a1");
    }

    [Fact]
    public async Task A_roll_back_uses_what_was_before_and_a_second_one_undoes_it()
    {
        await FetchAsync("98.0", "99.0");

        (await Bundles().RollBackAsync(CancellationToken.None))!.Origin.Should().Be("Tor Project bundle 98.0");
        (await FoundAsync()).Should().Be("Tor Project bundle 98.0");
        (await Bundles().RollBackAsync(CancellationToken.None))!.Origin.Should().Be("Tor Project bundle 99.0");
        (await FoundAsync()).Should().Be("Tor Project bundle 99.0");
    }

    [Fact]
    public async Task A_roll_back_of_the_first_bundle_goes_back_to_PATH()
    {
        await FetchAsync("98.0");

        (await Bundles().RollBackAsync(CancellationToken.None)).Should().BeNull();

        (await FoundAsync()).Should().Be("on PATH");
    }

    [Fact]
    public async Task A_version_or_none_can_be_chosen()
    {
        await FetchAsync("97.0", "98.0", "99.0");

        (await Bundles().UseAsync("97.0", CancellationToken.None))!.Path.Should().StartWith(Store);
        Shown().Should().Equal("99.0 before Tor version 0.4.9.99.", "98.0  Tor version 0.4.9.98.", "97.0 used Tor version 0.4.9.97.");
        (await Bundles().UseAsync(null, CancellationToken.None)).Should().BeNull();
        (await FoundAsync()).Should().Be("on PATH");
        (await Bundles().RollBackAsync(CancellationToken.None))!.Origin.Should().Be("Tor Project bundle 97.0");
    }

    [Fact]
    public async Task Choosing_what_is_used_already_keeps_the_one_before()
    {
        await FetchAsync("98.0", "99.0");

        await Bundles().UseAsync("99.0", CancellationToken.None);

        (await Bundles().RollBackAsync(CancellationToken.None))!.Origin.Should().Be("Tor Project bundle 98.0");
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_chosen()
    {
        await FetchAsync("98.0");

        foreach (string version in (string[])["99.0", "../98.0", ""])
        {
            Func<Task> use = async () => await Bundles().UseAsync(version, CancellationToken.None);
            (await use.Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain($"The bundle {version} is not in {Store}").And.Contain("Those there are: 98.0.");
        }

        Directory.Delete(Path.Combine(Store, "98.0"), recursive: true);
        await Bundles().UseAsync(null, CancellationToken.None);
        Func<Task> rollBack = async () => await Bundles().RollBackAsync(CancellationToken.None);
        (await rollBack.Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain("The bundle 98.0 is not in").And.Contain("None is.");
    }

    [Fact]
    public async Task Where_nothing_was_chosen_nothing_can_be_rolled_back()
    {
        Func<Task> rollBack = async () => await Bundles().RollBackAsync(CancellationToken.None);

        (await rollBack.Should().ThrowAsync<OverlayException>()).Which.Message.Should().StartWith("There is nothing to roll back");
        Bundles().List().Should().BeEmpty();
    }

    [Fact]
    public async Task A_configured_path_wins_over_a_selected_bundle_and_that_over_PATH()
    {
        await FetchAsync("98.0");
        string configured = _folder.Program("mine/tor");

        (await Programs().FindAsync("tor", configured, CancellationToken.None)).Origin.Should().Be("configured");
        (await FoundAsync()).Should().Be("Tor Project bundle 98.0");
    }

    [Fact]
    public async Task A_selected_bundle_that_is_damaged_is_a_fault_and_no_other_program_takes_its_place()
    {
        await FetchAsync("98.0");
        string tor = Path.Combine(Store, "98.0", "tor", "tor");
        byte[] sound = await File.ReadAllBytesAsync(tor);

        await File.WriteAllBytesAsync(tor, sound[..^1]);
        (await FaultAsync()).Should().StartWith($"The Tor Project's bundle 98.0, which is selected, is not whole in {Store}. Obtain it again (klyntar-overlay fetch tor --from tor-project --version 98.0 --key FILE)");
        await File.WriteAllBytesAsync(tor, new byte[sound.Length]);
        (await FaultAsync()).Should().StartWith("tor of the Tor Project's bundle 98.0, which is selected, does not run: ");
        await File.WriteAllBytesAsync(tor, sound);
        (await FoundAsync()).Should().Be("Tor Project bundle 98.0");
    }

    [Fact]
    public async Task A_selection_that_cannot_be_read_is_a_fault_until_another_is_made()
    {
        await FetchAsync("98.0");
        foreach (string damaged in (string[])["{", "null", """{ "current": "../../x" }"""])
        {
            await File.WriteAllTextAsync(Path.Combine(Store, "selection.json"), damaged);
            (await FaultAsync()).Should().StartWith("Which bundle of the Tor Project is used cannot be read from ");
        }

        await Bundles().UseAsync("98.0", CancellationToken.None);
        (await FoundAsync()).Should().Be("Tor Project bundle 98.0");
    }

    [Fact]
    public async Task Of_many_versions_the_last_few_stay_and_those_in_use()
    {
        await FetchAsync("90.0", "91.0");
        await Bundles().UseAsync("90.0", CancellationToken.None);
        await FetchAsync("92.0", "93.0", "94.0");
        Directory.EnumerateDirectories(Store, "9*").Select(Path.GetFileName).Should().BeEquivalentTo("91.0", "92.0", "93.0", "94.0");

        await Bundles().UseAsync("91.0", CancellationToken.None);
        await FetchAsync("95.0", "91.0", "96.0");

        Directory.EnumerateDirectories(Store, "9*").Select(Path.GetFileName).Should().BeEquivalentTo("91.0", "93.0", "94.0", "95.0", "96.0");
    }

    private async Task FetchAsync(params string[] versions)
    {
        foreach (string version in versions)
        {
            _publisher.Publish(version, new TestArchive().Script("tor/tor", $"echo \"Tor version 0.4.9.{version[..2]}.\""));
            await Bundles().FetchAsync(_publisher.Request(version), null, CancellationToken.None);
        }
    }

    private IEnumerable<string> Shown() => Bundles().List().Select(bundle => $"{bundle.Version} {(bundle.IsSelected ? "used" : bundle.IsPrevious ? "before" : "")} {bundle.Tor}");

    private TorBundles Bundles() => new(new HelperProgramOptions { CacheFolder = Path.Combine(_folder.Path, "cache") });

    private HelperPrograms Programs()
    {
        string onPath = _folder.Program("path/tor");
        return new HelperPrograms(new HelperProgramOptions { CacheFolder = Path.Combine(_folder.Path, "cache"), SearchPath = Path.GetDirectoryName(onPath), MayObtain = false });
    }

    private async Task<string> FoundAsync() => (await Programs().FindAsync("tor", null, CancellationToken.None)).Origin;

    private async Task<string> FaultAsync()
    {
        Func<Task> find = async () => await FoundAsync();
        return (await find.Should().ThrowAsync<OverlayException>()).Which.Message;
    }
}
