using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Authors.Tests;

/// <summary><c>transports/Socks</c>: written as an outsider would, against the packages alone.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SocksSolutionTests(PackedGateway gateway)
{
    private static string Folder => Repository.PathOf("transports", "Socks");

    [Fact]
    public void It_refers_to_nothing_of_the_repository_but_its_packages()
    {
        foreach (string project in Directory.EnumerateFiles(Folder, "*.csproj", SearchOption.AllDirectories))
        {
            File.ReadLines(project).Where(line => line.Contains("../", StringComparison.Ordinal))
                .Should().NotContain(line => !line.Contains("../../src/Klyntar.Overlay.Transports.Socks/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task It_builds_passes_its_tests_and_runs_in_a_gateway()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        (DebianPackage? package, string whyNot) = await DebianPackage.ObtainAsync("microsocks", cancelled);
        string microsocks = package?.PathOf("usr", "bin", "microsocks") ?? "";
        string artifacts = gateway.PathOf("socks");
        await gateway.DotnetAsync(Folder, "build", "Klyntar.Overlay.Transports.Socks.sln", "-v", "quiet", $"-p:ArtifactsPath={artifacts}");

        const string Tests = "Klyntar.Overlay.Transports.Socks.Tests";
        ProgramRun tests = await gateway.RunAsync(Path.Join(artifacts, "bin", Tests, "debug", Tests), ["-noColor", "-noLogo"], Folder, more: new Dictionary<string, string> { ["KLYNTAR_OVERLAY_MICROSOCKS"] = microsocks });
        tests.Output.Should().MatchRegex("Errors: 0, Failed: 0,");

        using var home = new CliHome();
        string plugin = Path.Join(artifacts, "bin", "Klyntar.Overlay.Transports.Socks", "debug");
        CliResult added = await home.RunAsync("transports", "add", plugin);
        added.ExitCode.Should().Be(0, added.Error);
        CliResult described = await home.RunAsync("transports", "info", "socks");
        described.Output.Should().Contain("Dials through any SOCKS5 server").And.Contain("upstreams");

        Assert.SkipWhen(package is null, $"Without microsocks nothing is dialled: {whyNot}");
        await DialAsync(home, microsocks);
    }

    private static async Task DialAsync(CliHome home, string microsocks)
    {
        int port = FreePort();
        await using HelperProcess server = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "microsocks",
                Program = new HelperProgram(microsocks, "test"),
                Arguments = ["-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)],
                WorkingDirectory = home.Folder,
            },
            TestContext.Current.CancellationToken);
        await using var echo = new EchoServer();
        home.Write("overlay.json", $$"""
            {
              "transports": { "tor": false, "socks": { "upstreams": { "exit": { "server": "127.0.0.1:{{port}}", "addresses": true } } } },
              "clearnet": { "addresses": "socks" },
              "socks": [{ "listen": "127.0.0.1:0" }]
            }
            """);
        await using CliProcess gateway = home.Start("up");
        string door = (await gateway.LineAsync("SOCKS door on ")).Split(' ')[^1];
        await gateway.LineAsync("socks: ready");

        using Socket socket = await TestSockets.ConnectAsync(IPEndPoint.Parse(door));
        await socket.SendAsync(Socks5.Request(IPAddress.Loopback, echo.Port));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        await socket.SendAsync("hello");
        (await socket.ReadTextAsync(5)).Should().Be("hello");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
