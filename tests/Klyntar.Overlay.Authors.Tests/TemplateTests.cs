using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;

namespace Klyntar.Overlay.Authors.Tests;

/// <summary><c>dotnet new klyntar-transport</c>.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TemplateTests(PackedGateway gateway) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("klyntar-template-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_it_makes_builds_passes_the_kit_and_carries_bytes_through_a_gateway()
    {
        string made = await MakeAsync("MyOverlay");
        await gateway.DotnetAsync(made, "build", "-v", "quiet");
        ProgramRun tests = await gateway.RunAsync(Path.Join(made, "tests", "MyOverlay.Tests", "bin", "Debug", "net10.0", "MyOverlay.Tests"), ["-noColor", "-noLogo"], made);
        tests.Output.Should().MatchRegex("Total: [5-9][0-9], Errors: 0, Failed: 0,");
        await gateway.DotnetAsync(made, "publish", "src/MyOverlay", "-o", "out", "-v", "quiet");

        using var home = new CliHome();
        CliResult check = await home.RunAsync("transports", "check", Path.Join(made, "out"));
        check.ExitCode.Should().Be(0, check.Output + check.Error);
        check.Output.Should().Contain("its transport is myoverlay").And.NotContain("✘").And.NotContain("•");
        CliResult added = await home.RunAsync("transports", "add", Path.Join(made, "out"));
        added.ExitCode.Should().Be(0, added.Error);

        await using var echo = new EchoServer();
        home.Write("overlay.json", $$"""
            {
              "transports": { "tor": false, "myoverlay": { "folder": "{{home.File("o")}}" } },
              "services": { "echo": { "ports": { "7": "127.0.0.1:{{echo.Port}}" }, "on": ["myoverlay"] } },
              "socks": [{ "listen": "127.0.0.1:0" }]
            }
            """);
        await using CliProcess up = home.Start("up");
        string door = (await up.LineAsync("SOCKS door on ")).Split(' ')[^1];
        await up.LineAsync("service echo on myoverlay: published");
        JsonElement port = (await home.StatusAsync()).GetProperty("services")[0].GetProperty("ports")[0];
        string host = port.GetProperty("host").GetString()!;
        host.Should().EndWith(".myoverlay");

        using Socket socket = await TestSockets.ConnectAsync(IPEndPoint.Parse(door));
        await socket.SendAsync(Socks5.Request(host, 7));
        (await socket.ReadSocks5ReplyAsync()).Should().Be(0);
        await socket.SendAsync("hello");
        socket.Shutdown(SocketShutdown.Send);
        System.Text.Encoding.ASCII.GetString(await socket.ReadToEndAsync()).Should().Be("hello");
    }

    [Fact]
    public async Task A_name_that_is_none_in_code_is_made_one()
    {
        string made = await MakeAsync("2nd-over_lay.X");

        Directory.GetFiles(made, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(made, f)).Should()
            .Contain(["2nd-over_lay.X.slnx", "src/2nd-over_lay.X/2nd-over_lay.X.csproj", "src/2nd-over_lay.X/N2ndoverlayXTransport.cs"]).And.NotContain(f => f.Contains("Sample"));
        string address = await ReadAsync(made, "src", "2nd-over_lay.X", "N2ndoverlayXAddress.cs");
        address.Should().Contain("namespace _2nd_over_lay.X;").And.Contain("class N2ndoverlayXAddress").And.Contain("Overlay = \"n2ndoverlayx\";");
        (await ReadAsync(made, "tests", "2nd-over_lay.X.Tests", "2nd-over_lay.X.Tests.csproj")).Should().Contain("../../src/2nd-over_lay.X/2nd-over_lay.X.csproj");
        (await ReadAsync(made, "src", "2nd-over_lay.X", "2nd-over_lay.X.csproj")).Should().Contain("InternalsVisibleTo Include=\"2nd-over_lay.X.Tests\"");
    }

    [Fact]
    public async Task The_packages_that_it_names_are_of_the_version_that_it_came_with_and_their_place_is_named_where_it_is_given()
    {
        string made = await MakeAsync("Plain", withPackages: false);

        string version = Path.GetFileNameWithoutExtension(Directory.GetFiles(PackedGateway.Packages, "Klyntar.Overlay.Testing.*.nupkg").Single())["Klyntar.Overlay.Testing.".Length..];
        (await ReadAsync(made, "Directory.Build.props")).Should().Contain($"<KlyntarOverlayVersion>{version}</KlyntarOverlayVersion>");
        File.Exists(Path.Join(made, "NuGet.config")).Should().BeFalse();
        (await ReadAsync(await MakeAsync("Given"), "NuGet.config")).Should().Contain($"value=\"{PackedGateway.Packages}\"");
    }

    private static Task<string> ReadAsync(params string[] path) => File.ReadAllTextAsync(Path.Combine(path), TestContext.Current.CancellationToken);

    private async Task<string> MakeAsync(string name, bool withPackages = true)
    {
        await gateway.DotnetAsync(_folder.FullName, ["new", "klyntar-transport", "-n", name, "-o", name, .. withPackages ? (string[])["--packages", PackedGateway.Packages] : []]);
        return Path.Join(_folder.FullName, name);
    }
}
