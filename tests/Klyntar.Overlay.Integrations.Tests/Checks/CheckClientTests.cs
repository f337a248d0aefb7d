using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>The command <c>check-client</c>, with real programs that are checked by it.</summary>
public sealed partial class CheckClientTests(RecipePlace place, NpmPackages packages) : IClassFixture<RecipePlace>
{
    private string Door => $"socks5h://{place.Gateway.Socks}";

    [Fact]
    public async Task A_program_that_sends_the_name_is_told_of()
    {
        (ProgramRun check, ProgramRun client) = await CheckAsync(name => place.RunAsync($"curl --silent --show-error --proxy {Door} http://{name}/"));

        client.Output.Should().Contain("You came through the gateway's SOCKS door by SOCKS5", client.All);
        check.Exit.Should().Be(0, check.All);
        check.Output.Should().Contain($"It came through the SOCKS door on {place.Gateway.Socks}, by SOCKS5, for port 80.").And.Contain("It shares circuits with all");
    }

    [Fact]
    public async Task A_program_that_resolves_names_never_comes_and_is_told_the_cure()
    {
        // curl's socks5:// resolves; a name of "alt" that a resolver file has keeps the question on this machine.
        (ProgramRun check, ProgramRun client) = await CheckAsync(
            name => place.RunAsync($"curl --silent --show-error --resolve {name}:80:127.0.0.1 --proxy {Door.Replace("socks5h", "socks5", StringComparison.Ordinal)} http://{name}/"), seconds: 3);

        client.Exit.Should().NotBe(0, "the door dials no address");
        check.Exit.Should().Be(1, check.All);
        check.Error.Should().Contain("Nothing came within 3 s.").And.Contain("socks5h:// in the place of socks5://");
    }

    [Fact]
    public async Task Each_run_of_Apollo_has_an_isolation_of_its_own()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);
        var environment = new Dictionary<string, string> { ["KLYNTAR_OVERLAY_SOCKS"] = Door };

        (ProgramRun first, _) = await CheckAsync(name => apollo.RunAsync("get", $"http://{name}/", environment));
        (ProgramRun second, _) = await CheckAsync(name => apollo.RunAsync("get", $"http://{name}/", environment));

        Label(first).Should().NotBe(Label(second));

        static string Label(ProgramRun check)
        {
            Match label = LabelOf().Match(check.Output);
            label.Success.Should().BeTrue(check.All);
            return label.Groups[1].Value;
        }
    }

    [Fact]
    public async Task The_way_around_the_gateway_is_told_of_Web1337()
    {
        // Its own option is ignored. What is asked for is an address of this machine, so that the name leaves it by no way at all.
        (ProgramRun check, _) = await CheckAsync(
            name => packages.RunAsync($$"""
                import dns from 'node:dns'
                import Web1337 from 'web1337'

                dns.lookup = (host, options, done) => done(new Error(`lookup of ${host}`))
                console.log(await new Web1337({ nodeURL: 'http://{{name}}', proxyURL: '{{Door}}' }).getCurrentLeader())
                """),
            seconds: 3);

        check.Exit.Should().Be(1, check.All);
        check.Error.Should().Contain("Nothing came within 3 s.");
    }

    private async Task<(ProgramRun Check, ProgramRun Client)> CheckAsync(Func<string, Task<ProgramRun>> fetch, int seconds = 60)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "klyntar-overlay")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "check-client", "--timeout", $"{seconds}", "--data-folder", place.Gateway.DataFolder })
        {
            info.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(info)!;
        try
        {
            var said = new List<string>();
            while (!NameOf().IsMatch(said.LastOrDefault() ?? ""))
            {
                said.Add(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"No name was shown: {string.Join(' ', said)}"));
            }

            ProgramRun client = await fetch(NameOf().Match(said[^1]).Groups[1].Value);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (new ProgramRun(process.ExitCode, output, error), client);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [GeneratedRegex(@"^  http://([0-9a-f]{32}\.check\.overlay\.alt)/$")]
    private static partial Regex NameOf();

    [GeneratedRegex(@"\(isolation ([0-9a-f]{8})\)")]
    private static partial Regex LabelOf();
}
