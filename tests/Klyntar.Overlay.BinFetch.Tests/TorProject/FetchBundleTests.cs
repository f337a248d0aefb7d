using Microsoft.AspNetCore.Http;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Obtains bundles that a test key signed from a web server on loopback.</summary>
public sealed class FetchBundleTests : IAsyncLifetime
{
    private const string Version = "99.0.1";

    private readonly TemporaryFolder _folder = new();
    private readonly Stages _stages = new();
    private TestPublisher _publisher = null!;

    private string Store => Path.Combine(_folder.Path, "cache", "tor-project", BundlePlatform.Current!.Name);

    public async ValueTask InitializeAsync() => _publisher = await TestPublisher.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_bundle_is_obtained_checked_and_used()
    {
        byte[] archive = _publisher.Publish(Version);

        FetchedProgram fetched = await FetchAsync();

        fetched.IsNew.Should().BeTrue();
        fetched.Version.Should().Be(Version);
        fetched.Program.Path.Should().Be(Path.Combine(Store, Version, "tor", "tor"));
        fetched.Program.Origin.Should().Be($"Tor Project bundle {Version}");
        (await FindAsync("tor")).Should().BeEquivalentTo(fetched.Program);
        _stages.Done.Select(stage => $"{stage.What}: {stage.Detail}").Should().Equal(
            $"the key: {_publisher.Key.Fingerprint}",
            $"the signed list of sums: good signature by {_publisher.Key.Subkey.Fingerprint} of 2025-06-01",
            $"download: {TestPublisher.ArchiveOf(Version)} from {_publisher.Server.Address.Authority}",
            $"check the sum: SHA-256 {TestPublisher.Sha256(archive)}",
            "install: Tor version 0.4.9.99");
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task What_a_bundle_has_is_found_its_libraries_too()
    {
        _publisher.Publish(Version);
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
        _publisher.Publish(Version);
        FetchedProgram first = await FetchAsync();
        int requests = _publisher.Server.Requests.Count;

        FetchedProgram second = await FetchAsync();

        second.Should().BeEquivalentTo(first with { IsNew = false });
        _publisher.Server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task A_version_that_was_damaged_or_checked_by_another_key_is_obtained_again()
    {
        _publisher.Publish(Version);
        FetchedProgram first = await FetchAsync();
        File.AppendAllText(first.Program.Path, "#");
        (await FetchAsync()).IsNew.Should().BeTrue();

        await using TestPublisher other = await TestPublisher.StartAsync();
        other.Publish(Version);
        (await Bundles().FetchAsync(other.Request(Version), null, CancellationToken.None)).IsNew.Should().BeTrue();
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task An_archive_that_was_tampered_with_is_refused()
    {
        byte[] archive = _publisher.Publish(Version);
        byte[] tampered = [.. archive];
        tampered[^1] ^= 1;
        _publisher.Server.Serve(TestPublisher.PathOf(Version), tampered);

        (await RefusalAsync()).Should().Be(
            $"{TestPublisher.ArchiveOf(Version)} is not what was signed: its SHA-256 is {TestPublisher.Sha256(tampered)}, and the signed list has {TestPublisher.Sha256(archive)}. "
            + "It was deleted, and nothing was installed. Run the same command again, or name another server with --mirror.");
        ShouldBeClean();
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused()
    {
        byte[] archive = _publisher.Publish(Version);
        _publisher.Server.Serve(TestPublisher.PathOf(Version), archive[..^1000]);

        (await RefusalAsync()).Should().Contain("is not what was signed");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_list_that_was_tampered_with_is_refused()
    {
        byte[] archive = TestArchive.Bundle("evil").Pack();
        _publisher.Publish(Version);
        _publisher.Server.Serve(TestPublisher.PathOf(Version), archive);
        _publisher.Server.Serve($"{Version}/{BundleSource.SumsName}", System.Text.Encoding.ASCII.GetBytes($"{TestPublisher.Sha256(archive)}  {TestPublisher.ArchiveOf(Version)}\n"));

        (await RefusalAsync()).Should().Be($"The signature {BundleSource.SumsName}.asc of version {Version} is refused: it does not match the file: one of them was changed. Nothing was installed.");
        _publisher.Server.RequestsOf(TestPublisher.PathOf(Version)).Should().BeEmpty();
        ShouldBeClean();
    }

    [Fact]
    public async Task An_older_versions_list_does_not_do_for_a_newer_one()
    {
        _publisher.Publish("98.0");
        _publisher.Publish(Version);
        _publisher.PublishSums(Version, $"{new string('1', 64)}  {TestPublisher.ArchiveOf("98.0")}\n");

        (await RefusalAsync()).Should().StartWith($"The signed list of version {Version} has no one sum for {TestPublisher.ArchiveOf(Version)}");
        ShouldBeClean();
    }

    [Fact]
    public async Task The_pinned_version_must_also_have_the_pinned_sum()
    {
        BundlePlatform platform = BundlePlatform.Current!;
        byte[] archive = _publisher.Publish(platform.PinnedVersion);

        (await RefusalAsync(_publisher.Request(Version) with { Version = null }))
            .Should().StartWith($"The signed list has another SHA-256 for {TestPublisher.ArchiveOf(platform.PinnedVersion)}, {TestPublisher.Sha256(archive)}, than this program knows, {platform.PinnedSha256}.");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_file_with_another_key_is_refused_before_anything_is_asked()
    {
        TestCertificate other = new();
        string file = _publisher.WriteKey(other);

        (await RefusalAsync(_publisher.Request(Version) with { KeyFile = _folder.Program("no-key") })).Should().Contain("is refused: it is not an OpenPGP file. README.md says how to get it.");
        (await RefusalAsync(_publisher.Request(Version) with { KeyFile = "/nowhere/key" })).Should().Contain("The key file /nowhere/key cannot be read");
        (await RefusalAsync(_publisher.Request(Version) with { KeyFile = "/dev/zero" })).Should().Contain("more than 1048576 bytes");
        TorBundleRequest request = _publisher.Request(Version);
        _publisher.WriteKey(other);
        (await RefusalAsync(request)).Should().Be($"The key file {file} is refused: it holds the key {other.Fingerprint}, and not the pinned {_publisher.Key.Fingerprint}. README.md says how to get it.");
        _publisher.Server.Requests.Should().BeEmpty();
        Directory.Exists(Store).Should().BeFalse();
    }

    [Fact]
    public async Task A_signature_that_does_not_hold_is_refused()
    {
        TestCertificate stranger = new();
        TestCertificate expired = new() { SubkeyExpires = TestCertificate.Signing.AddDays(-1) };
        TestCertificate revoked = new();
        revoked.OnPrimary.Add(revoked.Primary.Certify(revoked.Primary, TestCertificate.Signing.AddDays(1), PgpSignature.KeyRevocation));
        TestCertificate unbound = new() { HasCrossCertification = false };

        foreach ((TestCertificate key, string why) in new[] { (expired, "had expired"), (revoked, "is revoked"), (unbound, "is not bound") })
        {
            await using TestPublisher publisher = await TestPublisher.StartAsync(key);
            publisher.Publish(Version);
            (await RefusalAsync(publisher.Request(Version))).Should().Contain(why).And.EndWith("Nothing was installed.");
        }

        _publisher.Publish(Version);
        byte[] list = [1, 2, 3];
        _publisher.Server.Serve($"{Version}/{BundleSource.SumsName}", list);
        _publisher.Server.Serve($"{Version}/{BundleSource.SumsName}.asc", stranger.Sign(list));
        (await RefusalAsync()).Should().Contain("is none of the pinned key's");
        _publisher.Server.Serve($"{Version}/{BundleSource.SumsName}.asc", _publisher.Key.Subkey.Sign(list, TestCertificate.Signing, HashAlgorithmTag.Sha1));
        (await RefusalAsync()).Should().Contain("uses the hash SHA-1");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_server_that_points_elsewhere_is_refused()
    {
        _publisher.Publish(Version);
        _publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.Redirect("https://example.invalid/evil.tar.gz"));

        (await RefusalAsync()).Should().Contain("points to https://example.invalid/evil.tar.gz, and only ");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_dropped_download_goes_on_in_the_next_run()
    {
        byte[] archive = _publisher.Publish(Version);
        Received half = new(archive.Length / 2);
        _publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.DropAfter(archive.Length / 2, half.Arrived));
        TorBundleRequest request = _publisher.Request(Version);

        Func<Task> first = async () => await Bundles().FetchAsync(request with { Download = request.Download! with { Attempts = 1 } }, half, CancellationToken.None);
        (await first.Should().ThrowAsync<OverlayException>()).Which.Message.Should().EndWith("What has come is kept: run the same command again, and it goes on from there.");
        Directory.EnumerateFiles(Path.Combine(Store, "downloads")).Select(Path.GetFileName).Should().BeEquivalentTo($"{TestPublisher.ArchiveOf(Version)}.part", $"{TestPublisher.ArchiveOf(Version)}.part.json");
        Bundles().List().Should().BeEmpty();

        await FetchAsync();
        _publisher.Server.RequestsOf(TestPublisher.PathOf(Version))[^1].Range.Should().Be($"bytes={archive.Length / 2}-");
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_part_of_another_archive_is_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(Store, "downloads"));
        File.WriteAllText(Path.Combine(Store, "downloads", $"{TestPublisher.ArchiveOf("98.0")}.part"), "x");
        _publisher.Publish(Version);

        await FetchAsync();

        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_part_that_was_tampered_with_is_found_out()
    {
        byte[] archive = _publisher.Publish(Version);
        Received half = new(archive.Length / 2);
        _publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.DropAfter(archive.Length / 2, half.Arrived));
        _publisher.Server.Once(TestPublisher.PathOf(Version), (context, file) =>
        {
            string part = Directory.EnumerateFiles(Path.Combine(Store, "downloads"), "*.part").Single();
            byte[] bytes = File.ReadAllBytes(part);
            bytes[0] ^= 1;
            File.WriteAllBytes(part, bytes);
            return TestServer.ServeAsync(context, file);
        });

        Func<Task> fetch = async () => await Bundles().FetchAsync(_publisher.Request(Version), half, CancellationToken.None);
        (await fetch.Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain("is not what was signed");
        ShouldBeClean();
    }

    [Theory]
    [InlineData("the signed list of sums")]
    [InlineData("download")]
    [InlineData("check the sum")]
    [InlineData("install")]
    public async Task A_fetch_that_is_given_up_leaves_nothing_half_and_can_be_done_again(string stage)
    {
        _publisher.Publish(Version);
        using CancellationTokenSource giveUp = new();
        _stages.OnReport = report =>
        {
            if (report.What == stage && (stage != "download" || report.Progress is not null))
            {
                giveUp.Cancel();
            }
        };

        Func<Task> fetch = async () => await Bundles().FetchAsync(_publisher.Request(Version), _stages, giveUp.Token);
        await fetch.Should().ThrowAsync<OperationCanceledException>();
        Bundles().List().Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Store).Select(Path.GetFileName).Should().BeSubsetOf(["downloads"]);
        (await FindingAsync("tor")).Should().Contain("not on PATH");

        _stages.OnReport = null;
        await FetchAsync();
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task What_an_interrupted_install_left_is_cleared_away()
    {
        _folder.Program($"cache/tor-project/{BundlePlatform.Current!.Name}/.unfinished-1/tor/tor");
        File.WriteAllText(Path.Combine(Store, ".unfinished-2"), "a selection");
        _publisher.Publish(Version);

        await FetchAsync();

        ShouldBeClean(Version);
    }

    [Fact]
    public async Task Two_at_once_obtain_it_once()
    {
        byte[] archive = _publisher.Publish(Version);
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Stages second = new() { OnReport = report => _ = report.What.StartsWith("waiting for another process", StringComparison.Ordinal) && waits.TrySetResult() };
        Task<FetchedProgram>? other = null;
        _publisher.Server.Once(TestPublisher.PathOf(Version), async (context, file) =>
        {
            other = Bundles().FetchAsync(_publisher.Request(Version), second, CancellationToken.None).AsTask();
            await waits.Task;
            await TestServer.ServeAsync(context, file);
        });

        FetchedProgram first = await FetchAsync();

        first.IsNew.Should().BeTrue();
        (await other!).Should().BeEquivalentTo(first with { IsNew = false });
        second.Done.Select(stage => stage.What).Should().Contain("waiting for another process that obtains programs");
        _publisher.Server.RequestsOf(TestPublisher.PathOf(Version)).Should().ContainSingle();
        archive.Should().NotBeEmpty();
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_signed_bundle_that_does_not_run_or_reaches_out_is_not_installed()
    {
        foreach ((TestArchive archive, string why) in new[]
        {
            (new TestArchive().Script("tor/tor", "echo broken >&2; exit 3"), "does not run here: broken. Nothing was installed."),
            (new TestArchive().Script("tor/tor", "exit 0"), "does not run here: it does not tell its version."),
            (new TestArchive().Script("tor/other", "exit 0"), "has no program tor/tor."),
            (new TestArchive().File("tor/tor", "not executable"), "has no program tor/tor."),
            (new TestArchive().Script("../tor", "exit 0"), "leads elsewhere"),
            (new TestArchive().Link("tor/tor", "/bin/sh"), "leads elsewhere"),
        })
        {
            _publisher.Publish(Version, archive);
            (await RefusalAsync()).Should().Contain(why);
            Directory.EnumerateFileSystemEntries(Store).Select(Path.GetFileName).Should().BeEquivalentTo("downloads");
        }

        _publisher.Publish(Version);
        (await RefusalAsync(_publisher.Request(Version) with { UnpackedLimit = 100_000 })).Should().Contain("unpacks to more than 100000 bytes");
        (await RefusalAsync(_publisher.Request(Version) with { ArchiveLimit = 100_000 })).Should().Contain("is larger than the 100000 bytes");
        ShouldBeClean();
    }

    [Fact]
    public async Task Through_a_proxy_names_are_resolved_there_and_nothing_goes_another_way()
    {
        _publisher.Publish(Version);
        TestProxy proxy = new(_publisher.Server.Address.Port);
        TorBundleRequest request = _publisher.Request(Version) with { Mirror = "http://localhost:1/", Proxy = proxy.Address };

        await Bundles().FetchAsync(request, _stages, CancellationToken.None);
        await proxy.DisposeAsync();

        proxy.Names.Should().NotBeEmpty().And.OnlyContain(name => name == "localhost");
        ShouldBeClean(Version);
        (await RefusalAsync(request with { Version = "98.0", Download = request.Download! with { Attempts = 1 } })).Should().Contain("cannot be reached");
    }

    [Fact]
    public async Task A_version_that_went_to_the_archive_is_fetched_from_there()
    {
        await using TestPublisher archive = await TestPublisher.StartAsync(_publisher.Key);
        archive.Publish(Version);
        TorBundleRequest request = _publisher.Request(Version) with { Mirror = null, Servers = [_publisher.Server.Address.AbsoluteUri, archive.Server.Address.AbsoluteUri] };

        await Bundles().FetchAsync(request, _stages, CancellationToken.None);

        _publisher.Server.Requests.Should().HaveCount(3);
        _stages.Done.Single(stage => stage.What == "download").Detail.Should().EndWith($"from {archive.Server.Address.Authority}");
        ShouldBeClean(Version);
    }

    [Fact]
    public async Task A_version_that_is_nowhere_is_told()
    {
        _publisher.Server.Once($"{Version}/{BundleSource.SumsName}", TestServer.Status(StatusCodes.Status410Gone));

        (await RefusalAsync()).Should().StartWith($"{BundleSource.SumsName} is not there: {_publisher.Server.Address}{Version}/{BundleSource.SumsName} answered so. Check the version");
    }

    private static IEnumerable<string> Names(string folder) => Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!) : [];

    private TorBundles Bundles() => new(new HelperProgramOptions { CacheFolder = Path.Combine(_folder.Path, "cache") });

    private async Task<FetchedProgram> FetchAsync() => await Bundles().FetchAsync(_publisher.Request(Version), _stages, CancellationToken.None);

    private async Task<string> RefusalAsync(TorBundleRequest? request = null)
    {
        Func<Task> fetch = async () => await Bundles().FetchAsync(request ?? _publisher.Request(Version), _stages, CancellationToken.None);
        return (await fetch.Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    private async Task<HelperProgram> FindAsync(string name) =>
        await new HelperPrograms(new HelperProgramOptions { CacheFolder = Path.Combine(_folder.Path, "cache"), SearchPath = "", MayObtain = false }).FindAsync(name, null, CancellationToken.None);

    private async Task<string> FindingAsync(string name)
    {
        Func<Task> find = async () => await FindAsync(name);
        return (await find.Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    /// <summary>Nothing is left in the store but whole versions and, where there are any, the selection.</summary>
    private void ShouldBeClean(params string[] versions)
    {
        string[] expected = versions.Length == 0 ? [] : [.. versions, "selection.json"];
        Names(Store).Where(name => name != "downloads").Should().BeEquivalentTo(expected);
        Names(Path.Combine(Store, "downloads")).Should().BeEmpty();
    }
}
