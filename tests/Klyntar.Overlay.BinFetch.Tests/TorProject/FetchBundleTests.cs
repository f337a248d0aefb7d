namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Bundles that are obtained.</summary>
public sealed class FetchBundleTests : FetchingTests
{
    [Fact]
    public async Task A_bundle_is_obtained_checked_and_used()
    {
        byte[] archive = Publisher.Publish(Version);

        FetchedProgram fetched = await FetchAsync();

        fetched.IsNew.Should().BeTrue();
        fetched.Version.Should().Be(Version);
        fetched.Program.Path.Should().Be(Path.Combine(Store, Version, "tor", "tor"));
        fetched.Program.Origin.Should().Be($"Tor Project bundle {Version}");
        (await FindAsync("tor")).Should().BeEquivalentTo(fetched.Program);
        Stages.Done.Select(stage => $"{stage.What}: {stage.Detail}").Should().Equal(
            $"the key: {Publisher.Key.Fingerprint}",
            $"the signed list of sums: good signature by {Publisher.Key.Subkey.Fingerprint} of 2025-06-01",
            $"download: {TestPublisher.ArchiveOf(Version)} from {Publisher.Server.Address.Authority}",
            $"check the sum: SHA-256 {TestPublisher.Sha256(archive)}",
            "install: Tor version 0.4.9.99");
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task What_a_bundle_has_is_found_its_libraries_too()
    {
        Publisher.Publish(Version);
        await FetchAsync();

        HelperProgram tor = await FindAsync("tor");
        tor.Environment.Should().Equal(new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Path.Combine(Store, Version, "tor") });
        (await FindAsync("lyrebird")).Path.Should().Be(Path.Combine(Store, Version, "tor", "pluggable_transports", "lyrebird"));
        (await FindingAsync("pt_config.json")).Should().Contain($"not in the Tor Project's bundle {Version}, which is selected; not on PATH");
        foreach (string file in Directory.EnumerateFileSystemEntries(Store, "*", SearchOption.AllDirectories).Append(Store))
        {
            (File.GetUnixFileMode(file) & (UnixFileMode)0x3F).Should().Be(UnixFileMode.None, file);
        }
    }

    [Fact]
    public async Task A_version_that_is_there_is_not_downloaded_again()
    {
        Publisher.Publish(Version);
        FetchedProgram first = await FetchAsync();
        int requests = Publisher.Server.Requests.Count;

        FetchedProgram second = await FetchAsync();

        second.Should().BeEquivalentTo(first with { IsNew = false });
        Publisher.Server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task A_version_that_was_damaged_or_checked_by_another_key_is_obtained_again()
    {
        Publisher.Publish(Version);
        FetchedProgram first = await FetchAsync();
        File.AppendAllText(first.Program.Path, "#");
        (await FetchAsync()).IsNew.Should().BeTrue();

        await using TestPublisher other = await TestPublisher.StartAsync();
        other.Publish(Version);
        (await Bundles().FetchAsync(other.Request(Version), null, CancellationToken.None)).IsNew.Should().BeTrue();
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_dropped_download_goes_on_in_the_next_run()
    {
        byte[] archive = Publisher.Publish(Version);
        Received half = new(archive.Length / 2);
        Publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.DropAfter(archive.Length / 2, half.Arrived));
        TorBundleRequest request = Publisher.Request(Version);

        Func<Task> first = async () => await Bundles().FetchAsync(request with { Download = request.Download! with { Attempts = 1 } }, half, CancellationToken.None);
        (await first.Should().ThrowAsync<OverlayException>()).Which.Message.Should().EndWith("What has come is kept: run the same command again, and it goes on from there.");
        Directory.EnumerateFiles(Path.Combine(Store, "downloads")).Select(Path.GetFileName).Should().BeEquivalentTo($"{TestPublisher.ArchiveOf(Version)}.part", $"{TestPublisher.ArchiveOf(Version)}.part.json");
        Bundles().List().Should().BeEmpty();

        await FetchAsync();
        Publisher.Server.RequestsOf(TestPublisher.PathOf(Version))[^1].Range.Should().Be($"bytes={archive.Length / 2}-");
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_part_of_another_archive_is_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(Store, "downloads"));
        File.WriteAllText(Path.Combine(Store, "downloads", $"{TestPublisher.ArchiveOf("98.0")}.part"), "x");
        Publisher.Publish(Version);

        await FetchAsync();

        ShouldBeClean(Version);
    }

    [Theory]
    [InlineData("the signed list of sums", 1)]
    [InlineData("download", 2)]
    [InlineData("check the sum", 1)]
    [InlineData("install", 1)]
    public async Task A_fetch_that_is_given_up_leaves_nothing_half_and_can_be_done_again(string stage, int downloads)
    {
        Publisher.Publish(Version);
        using CancellationTokenSource giveUp = new();
        Stages.OnReport = report =>
        {
            if (report.What == stage && (stage != "download" || report.Progress is not null))
            {
                giveUp.Cancel();
            }
        };

        Func<Task> fetch = async () => await Bundles().FetchAsync(Publisher.Request(Version), Stages, giveUp.Token);
        await fetch.Should().ThrowAsync<OperationCanceledException>();
        Bundles().List().Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Store).Select(Path.GetFileName).Should().BeSubsetOf(["downloads"]);
        (await FindingAsync("tor")).Should().Contain("not on PATH");

        Stages.OnReport = null;
        await FetchAsync();
        Publisher.Server.RequestsOf(TestPublisher.PathOf(Version)).Should().HaveCount(downloads);
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task What_an_interrupted_install_left_is_cleared_away()
    {
        Folder.Program($"cache/tor-project/{BundlePlatform.Current!.Name}/.unfinished-1/tor/tor");
        File.WriteAllText(Path.Combine(Store, ".unfinished-2"), "a selection");
        Publisher.Publish(Version);

        await FetchAsync();

        ShouldBeClean(Version);
    }

    [Fact]
    public async Task Two_at_once_obtain_it_once()
    {
        byte[] archive = Publisher.Publish(Version);
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Stages second = new() { OnReport = report => _ = report.What.StartsWith("waiting for another process", StringComparison.Ordinal) && waits.TrySetResult() };
        Task<FetchedProgram>? other = null;
        Publisher.Server.Once(TestPublisher.PathOf(Version), async (context, file) =>
        {
            other = Bundles().FetchAsync(Publisher.Request(Version), second, CancellationToken.None).AsTask();
            await waits.Task;
            await TestServer.ServeAsync(context, file);
        });

        FetchedProgram first = await FetchAsync();

        first.IsNew.Should().BeTrue();
        (await other!).Should().BeEquivalentTo(first with { IsNew = false });
        second.Done.Select(stage => stage.What).Should().Contain("waiting for another process that obtains programs");
        Publisher.Server.RequestsOf(TestPublisher.PathOf(Version)).Should().ContainSingle();
        archive.Should().NotBeEmpty();
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task Through_a_proxy_names_are_resolved_there_and_nothing_goes_another_way()
    {
        Publisher.Publish(Version);
        TestProxy proxy = new(Publisher.Server.Address.Port);
        TorBundleRequest request = Publisher.Request(Version) with { Mirror = "http://localhost:1/", Proxy = proxy.Address };

        await Bundles().FetchAsync(request, Stages, CancellationToken.None);
        await proxy.DisposeAsync();

        proxy.Names.Should().NotBeEmpty().And.OnlyContain(name => name == "localhost");
        ShouldBeClean(Version);
        (await RefusalAsync(request with { Version = "98.0", Download = request.Download! with { Attempts = 1 } })).Should().Contain("cannot be reached");
    }

    [Fact]
    public async Task A_version_that_went_to_the_archive_is_fetched_from_there()
    {
        await using TestPublisher archive = await TestPublisher.StartAsync(Publisher.Key);
        archive.Publish(Version);
        TorBundleRequest request = Publisher.Request(Version) with { Mirror = null, Servers = [Publisher.Server.Address.AbsoluteUri, archive.Server.Address.AbsoluteUri] };

        await Bundles().FetchAsync(request, Stages, CancellationToken.None);

        Publisher.Server.Requests.Should().HaveCount(3);
        Stages.Done.Single(stage => stage.What == "download").Detail.Should().EndWith($"from {archive.Server.Address.Authority}");
        ShouldBeClean(Version);
    }
}
