using System.Runtime.InteropServices;

namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class BundleSourceTests
{
    private static readonly TorBundleRequest Request = new() { KeyFile = "/key" };

    [Fact]
    public void The_Tor_Projects_server_is_asked_first_and_then_its_archive()
    {
        BundleSource source = Source(Request);

        source.File(source.Archive, 1).Places.Select(place => place.AbsoluteUri).Should().Equal(
            "https://dist.torproject.org/torbrowser/15.0.24/tor-expert-bundle-linux-x86_64-15.0.24.tar.gz",
            "https://archive.torproject.org/tor-package-archive/torbrowser/15.0.24/tor-expert-bundle-linux-x86_64-15.0.24.tar.gz");
        source.Fingerprint.ToString().Should().Be("EF6E286DDA85EA2A4BA7DE684E2C6E8793298290");
        source.PinnedSha256.Should().NotBeNull();
    }

    [Fact]
    public void Another_version_has_no_pinned_sum_and_a_mirror_is_asked_alone()
    {
        BundleSource source = Source(Request with { Version = "16.0a13", Mirror = "https://mirror.invalid:8443/tor" });

        source.PinnedSha256.Should().BeNull();
        source.File("x", 1).Places.Select(place => place.AbsoluteUri).Should().Equal("https://mirror.invalid:8443/tor/16.0a13/x");
        source.Allowed.Contains(new Uri("https://dist.torproject.org/")).Should().BeFalse();
    }

    [Theory]
    [InlineData("https://dist.torproject.org/x?y", true)]
    [InlineData("https://archive.torproject.org/", true)]
    [InlineData("https://DIST.torproject.org:443/x", true)]
    [InlineData("http://dist.torproject.org/", false)]
    [InlineData("https://dist.torproject.org:444/", false)]
    [InlineData("https://user@dist.torproject.org/", false)]
    [InlineData("https://dist.torproject.org.example.invalid/", false)]
    [InlineData("https://www.torproject.org/", false)]
    [InlineData("http://127.0.0.1/", false)]
    public void Only_servers_that_were_named_may_be_asked(string address, bool isAllowed) => Source(Request).Allowed.Contains(new Uri(address)).Should().Be(isAllowed);

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("15")]
    [InlineData("15.0.24/../x")]
    [InlineData("../15.0")]
    [InlineData("15.0.24\n")]
    [InlineData("15.0b1")]
    [InlineData("1.2.3.4.5")]
    public void What_is_no_version_is_refused(string version) => WhyNot(Request with { Version = version }).Should().Contain("is no version of a bundle");

    [Theory]
    [InlineData("mirror")]
    [InlineData("http://mirror.invalid/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("https://user:word@mirror.invalid/")]
    [InlineData("https://mirror.invalid/?x")]
    [InlineData("file:///tmp/")]
    public void What_is_no_secure_mirror_is_refused(string mirror) => WhyNot(Request with { Mirror = mirror }).Should().Contain("is no mirror: it is an address that begins with https://");

    [Theory]
    [InlineData("127.0.0.1:9050")]
    [InlineData("socks4://127.0.0.1:9050")]
    [InlineData("socks5://127.0.0.1")]
    [InlineData("socks5://user:word@127.0.0.1:9050")]
    public void What_is_no_proxy_is_refused(string proxy) => WhyNot(Request with { Proxy = proxy }).Should().Contain("is no proxy: it is written as socks5://127.0.0.1:9050");

    [Fact]
    public void What_is_no_fingerprint_is_refused() => WhyNot(Request with { Fingerprint = "93298290" }).Should().Contain("it has 40 hexadecimal digits");

    [Theory]
    [InlineData("linux", Architecture.X64, "linux-x86_64", "15.0.24")]
    [InlineData("linux", Architecture.Arm64, "linux-aarch64", "16.0a13")]
    [InlineData("macos", Architecture.Arm64, "macos-aarch64", "15.0.24")]
    [InlineData("macos", Architecture.X64, "macos-x86_64", "15.0.24")]
    [InlineData("windows", Architecture.X64, "windows-x86_64", "15.0.24")]
    public void A_machine_has_its_bundle(string system, Architecture architecture, string name, string version)
    {
        BundlePlatform platform = BundlePlatform.Of(system, architecture)!;

        platform.Name.Should().Be(name);
        platform.PinnedVersion.Should().Be(version);
        platform.PinnedSha256.Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Theory]
    [InlineData("windows", Architecture.Arm64)]
    [InlineData("linux", Architecture.RiscV64)]
    [InlineData("", Architecture.X64)]
    public void Other_machines_have_none(string system, Architecture architecture) => BundlePlatform.Of(system, architecture).Should().BeNull();

    private static BundleSource Source(TorBundleRequest request) => new(request, BundlePlatform.Of("linux", Architecture.X64)!, TimeProvider.System);

    private static string WhyNot(TorBundleRequest request)
    {
        Action read = () => Source(request);
        return read.Should().Throw<OverlayException>().Which.Message;
    }
}
