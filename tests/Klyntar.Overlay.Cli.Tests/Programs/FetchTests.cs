using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Klyntar.Overlay.BinFetch.Tests;

namespace Klyntar.Overlay.Cli.Tests;

/// <summary>The command <c>fetch</c> with the Tor Project's place taken by a server on loopback, over TLS that this user trusts.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FetchTests : IAsyncLifetime
{
    private const string Version = "99.0.1";

    private readonly CliHome _home = new();
    private readonly X509Certificate2 _tls = TestCertificates.Make();
    private TestPublisher _publisher = null!;

    public async ValueTask InitializeAsync()
    {
        _publisher = await TestPublisher.StartAsync(tls: _tls);
        _home.Environment["SSL_CERT_FILE"] = _home.Write("ca.pem", _tls.ExportCertificatePem());

        // No tor of this machine's is to be found.
        _home.Environment["PATH"] = "/nowhere";
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        _tls.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task A_bundle_is_fetched_and_its_path_is_all_that_standard_output_has()
    {
        _publisher.Publish(Version);

        CliResult fetch = await FetchAsync(Version);

        fetch.ExitCode.Should().Be(0, fetch.Error);
        fetch.Output.Should().Be($"{PathOf(Version)}\n");
        fetch.Error.Should().MatchRegex($"""
            ^done +\S+ s  the key: {_publisher.Key.Fingerprint}
            done +\S+ s  the signed list of sums: good signature by {_publisher.Key.Subkey.Fingerprint} of 2025-06-01
            (\d+ % download: .+\n)*done +\S+ s  download: tor-expert-bundle-\S+-{Version}\.tar\.gz from 127\.0\.0\.1:\d+, \d\.\d of \d\.\d MB
            done +\S+ s  check the sum: SHA-256 [0-9a-f]+
            done +\S+ s  install: Tor version 0\.4\.9\.99
            Tor Project bundle {Version} is used from now on\. 'klyntar-overlay fetch tor --roll-back' goes back\.
            $
            """);
    }

    [Fact]
    public async Task Versions_are_listed_chosen_and_rolled_back()
    {
        (await _home.RunAsync("fetch", "tor", "--list")).Error.Should().StartWith("No bundle of the Tor Project was obtained yet.");
        _publisher.Publish("98.0");
        _publisher.Publish(Version);
        await FetchAsync("98.0");
        await FetchAsync(Version);

        (await _home.RunAsync("fetch", "tor", "--list")).Output.Should().MatchRegex("^99\\.0\\.1      used    \\d{4}-\\d\\d-\\d\\d  Tor version 0.4.9.99\n98\\.0        before  \\S+  Tor version 0.4.9.98\n$");
        CliResult rolledBack = await _home.RunAsync("fetch", "tor", "--roll-back");
        rolledBack.Output.Should().Be($"{PathOf("98.0")}\n");
        rolledBack.Error.Should().Be("Tor Project bundle 98.0 is used from now on.\n");
        (await _home.RunAsync("fetch", "tor", "--use", Version)).Output.Should().Be($"{PathOf(Version)}\n");
        CliResult none = await _home.RunAsync("fetch", "tor", "--use", "none");
        none.Output.Should().BeEmpty();
        none.Error.Should().Be("No bundle is used from now on: tor is looked for on PATH, then in the distribution's package.\n");
        CliResult missing = await _home.RunAsync("fetch", "tor", "--use", "97.0");
        missing.ExitCode.Should().Be(1);
        missing.Error.Should().StartWith("klyntar-overlay: The bundle 97.0 is not in ");
    }

    [Fact]
    public async Task A_fetch_that_is_killed_in_the_midst_goes_on_in_the_next_run()
    {
        byte[] archive = _publisher.Publish(Version);
        _publisher.Server.Once(TestPublisher.PathOf(Version), TestServer.StallAfter((archive.Length / 2) + 1));
        await using (CliProcess killed = _home.Start(Arguments(Version)))
        {
            await killed.ErrorLineAsync("50 % download: ");
            killed.Signal(CliProcess.Kill);
            await killed.ExitAsync();
        }

        (await _home.RunAsync("fetch", "tor", "--list")).Output.Should().BeEmpty();
        CliResult again = await FetchAsync(Version);

        again.ExitCode.Should().Be(0, again.Error);
        again.Output.Should().Be($"{PathOf(Version)}\n");
        _publisher.Server.RequestsOf(TestPublisher.PathOf(Version))[^1].Range.Should().MatchRegex("^bytes=[1-9][0-9]+-$");
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_refused()
    {
        _publisher.Publish(Version);
        _home.Environment["SSL_CERT_FILE"] = "/dev/null";
        _home.Environment["SSL_CERT_DIR"] = "/nowhere";

        CliResult fetch = await FetchAsync(Version);

        fetch.ExitCode.Should().Be(1);
        fetch.Output.Should().BeEmpty();
        fetch.Error.Should().Contain("FAILED").And.Contain("klyntar-overlay: The connection to 127.0.0.1:").And.Contain("is not secure:");
        _publisher.Server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("--from tor-project", "--from tor-project takes --key FILE")]
    [InlineData("--key key.asc", "--key goes with --from tor-project.")]
    [InlineData("--from tor-project --key key.asc --list", "--from and --list are two things to do.")]
    [InlineData("--list --roll-back", "--list and --roll-back are two things to do.")]
    [InlineData("--from elsewhere --key key.asc", "'elsewhere'")]
    public async Task Options_that_do_not_go_together_are_a_misuse(string options, string why)
    {
        CliResult fetch = await _home.RunAsync(["fetch", "tor", .. options.Split(' ')]);

        fetch.ExitCode.Should().Be(2);
        fetch.Error.Should().Contain(why);
    }

    private string PathOf(string version) =>
        Directory.EnumerateFiles(_home.File("cache/klyntar-overlay/tor-project"), "tor", SearchOption.AllDirectories).Single(path => path.Contains($"/{version}/", StringComparison.Ordinal));

    private string[] Arguments(string version) =>
        ["fetch", "tor", "--from", "tor-project", "--key", _publisher.WriteKey(), "--fingerprint", _publisher.Key.Fingerprint, "--version", version, "--mirror", _publisher.Server.Address.AbsoluteUri];

    private Task<CliResult> FetchAsync(string version) => _home.RunAsync(Arguments(version));
}
