using Microsoft.AspNetCore.Http;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Bundles that are refused: nothing of them is installed.</summary>
public sealed class RefusedBundleTests : FetchingTests
{
    [Fact]
    public async Task An_archive_that_was_tampered_with_is_refused()
    {
        byte[] archive = Publisher.Publish(Version);
        byte[] tampered = [.. archive];
        tampered[^1] ^= 1;
        Publisher.Server.Serve(TestPublisher.PathOf(Version), tampered);

        (await RefusalAsync()).Should().Be(
            $"{TestPublisher.ArchiveOf(Version)} is not what was signed: its SHA-256 is {TestPublisher.Sha256(tampered)}, and the signed list has {TestPublisher.Sha256(archive)}. "
            + "It was deleted, and nothing was installed. Run the same command again, or name another server with --mirror.");
        ShouldBeClean();
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused()
    {
        byte[] archive = Publisher.Publish(Version);
        Publisher.Server.Serve(TestPublisher.PathOf(Version), archive[..^1000]);

        (await RefusalAsync()).Should().Contain("is not what was signed");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_list_that_was_tampered_with_is_refused()
    {
        byte[] archive = TestArchive.Bundle("evil").Pack();
        Publisher.Publish(Version);
        Publisher.Server.Serve(TestPublisher.PathOf(Version), archive);
        Publisher.Server.Serve($"{Version}/{BundleSource.SumsName}", System.Text.Encoding.ASCII.GetBytes($"{TestPublisher.Sha256(archive)}  {TestPublisher.ArchiveOf(Version)}\n"));

        (await RefusalAsync()).Should().Be($"The signature {BundleSource.SumsName}.asc of version {Version} is refused: it does not match the file: one of them was changed. Nothing was installed.");
        Publisher.Server.RequestsOf(TestPublisher.PathOf(Version)).Should().BeEmpty();
        ShouldBeClean();
    }

    [Fact]
    public async Task An_older_versions_list_does_not_do_for_a_newer_one()
    {
        Publisher.Publish("98.0");
        Publisher.Publish(Version);
        Publisher.PublishSums(Version, $"{new string('1', 64)}  {TestPublisher.ArchiveOf("98.0")}\n");

        (await RefusalAsync()).Should().StartWith($"The signed list of version {Version} has no one sum for {TestPublisher.ArchiveOf(Version)}");
        ShouldBeClean();
    }

    [Fact]
    public async Task The_pinned_version_must_also_have_the_pinned_sum()
    {
        BundlePlatform platform = BundlePlatform.Current!;
        byte[] archive = Publisher.Publish(platform.PinnedVersion);

        (await RefusalAsync(Publisher.Request(Version) with { Version = null }))
            .Should().StartWith($"The signed list has another SHA-256 for {TestPublisher.ArchiveOf(platform.PinnedVersion)}, {TestPublisher.Sha256(archive)}, than this program knows, {platform.PinnedSha256}.");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_file_with_another_key_is_refused_before_anything_is_asked()
    {
        TestCertificate other = new();
        string file = Publisher.WriteKey(other);

        (await RefusalAsync(Publisher.Request(Version) with { KeyFile = Folder.Program("no-key") })).Should().Contain("is refused: it is not an OpenPGP file. README.md says how to get it.");
        (await RefusalAsync(Publisher.Request(Version) with { KeyFile = "/nowhere/key" })).Should().Contain("The key file /nowhere/key cannot be read");
        (await RefusalAsync(Publisher.Request(Version) with { KeyFile = "/dev/zero" })).Should().Contain("more than 1048576 bytes");
        TorBundleRequest request = Publisher.Request(Version);
        Publisher.WriteKey(other);
        (await RefusalAsync(request)).Should().Be($"The key file {file} is refused: it holds the key {other.Fingerprint}, and not the pinned {Publisher.Key.Fingerprint}. README.md says how to get it.");
        Publisher.Server.Requests.Should().BeEmpty();
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

        Publisher.Publish(Version);
        byte[] list = [1, 2, 3];
        Publisher.Server.Serve($"{Version}/{BundleSource.SumsName}", list);
        Publisher.Server.Serve($"{Version}/{BundleSource.SumsName}.asc", stranger.Sign(list));
        (await RefusalAsync()).Should().Contain("is none of the pinned key's");
        Publisher.Server.Serve($"{Version}/{BundleSource.SumsName}.asc", Publisher.Key.Subkey.Sign(list, TestCertificate.Signing, HashAlgorithmTag.Sha1));
        (await RefusalAsync()).Should().Contain("uses the hash SHA-1");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_server_that_points_elsewhere_is_refused()
    {
        Publisher.Publish(Version);
        Publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.Redirect("https://example.invalid/evil.tar.gz"));

        (await RefusalAsync()).Should().Contain("points to https://example.invalid/evil.tar.gz, and only ");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_part_that_was_tampered_with_is_found_out()
    {
        byte[] archive = Publisher.Publish(Version);
        Received half = new(archive.Length / 2);
        Publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.DropAfter(archive.Length / 2, half.Arrived));
        Publisher.Server.Once(TestPublisher.PathOf(Version), (context, file) =>
        {
            string part = Directory.EnumerateFiles(Path.Combine(Store, "downloads"), "*.part").Single();
            byte[] bytes = File.ReadAllBytes(part);
            bytes[0] ^= 1;
            File.WriteAllBytes(part, bytes);
            return TestServer.ServeAsync(context, file);
        });

        Func<Task> fetch = async () => await Bundles().FetchAsync(Publisher.Request(Version), half, CancellationToken.None);
        (await fetch.Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain("is not what was signed");
        ShouldBeClean();
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
            Publisher.Publish(Version, archive);
            (await RefusalAsync()).Should().Contain(why);
            ShouldBeClean();
        }

        Publisher.Publish(Version);
        (await RefusalAsync(Publisher.Request(Version) with { UnpackedLimit = 100_000 })).Should().Contain("unpacks to more than 100000 bytes");
        (await RefusalAsync(Publisher.Request(Version) with { ArchiveLimit = 100_000 })).Should().Contain("is larger than the 100000 bytes");
        ShouldBeClean();
    }

    [Fact]
    public async Task A_version_that_is_nowhere_is_told()
    {
        Publisher.Server.Once($"{Version}/{BundleSource.SumsName}", TestServer.Status(StatusCodes.Status410Gone));

        (await RefusalAsync()).Should().StartWith($"{BundleSource.SumsName} is not there: {Publisher.Server.Address}{Version}/{BundleSource.SumsName} answered so. Check the version");
    }
}
