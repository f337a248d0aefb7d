using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The documented examples, as programs on the private network.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly PrivateTor _network;
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    public ExampleTests(PrivateTor network)
    {
        _network = network;
        foreach (string name in new[] { "OnionApi", "OnionClient" })
        {
            File.WriteAllText(Configuration(name), JsonSerializer.Serialize(new
            {
                dataFolder = name,
                socks = Array.Empty<object>(),
                transports = new { tor = new { torrc = network.Torrc } },
            }));
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_client_fetches_from_the_api_and_stopping_the_api_finishes_an_answer_that_is_under_way()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using CommandRun api = Start("OnionApi");
        string onion = await OnionAsync(api);
        await using (CommandRun client = Start("OnionClient", $"http://{onion}/"))
        {
            (await client.ExitAsync(Cancelled)).Should().Be(0, client.Output);
            client.Output.Should().Contain($"Hello from {onion}.");
        }

        int tor = await TorObserver.ProcessIdAsync(Path.Combine(_folder, "OnionApi", "tor"), Cancelled);
        await using CommandRun slow = Start("OnionClient", $"http://{onion}/countdown?from=8");
        await slow.LineAsync(line => line == "8", Cancelled);

        Signals.Terminate(api.Id);

        await api.LineAsync(line => line.Contains("The service api on tor is stopped.", StringComparison.Ordinal), Cancelled);

        // A bare tor goes on trying for longer than the answer takes.
        using HttpClient late = _network.Client.CreateHttpClient();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task<string> visit = late.GetStringAsync(new Uri($"http://{onion}/"), giveUp.Token);
        (await slow.ExitAsync(Cancelled)).Should().Be(0, slow.Output);
        slow.Output.Split('\n').Should().Equal(["8", "7", "6", "5", "4", "3", "2", "1", "0"], "the answer is whole");
        (await api.ExitAsync(Cancelled)).Should().Be(0, api.Output);
        OtherProcess.IsAlive(tor).Should().BeFalse("its tor ends before the application does");
        await giveUp.CancelAsync();
        Func<Task> visiting = () => visit;
        await visiting.Should().ThrowAsync<Exception>("nobody was let in any more");
        api.Output.Should().NotContain(onion[..^6], "addresses do not belong into logs");
    }

    [Fact]
    public async Task The_client_says_why_it_cannot_fetch()
    {
        await using CommandRun client = Start("OnionClient", "http://example.com/");

        (await client.ExitAsync(Cancelled)).Should().Be(1, client.Output);
        client.Output.Should().Contain(DialErrorKind.NotAnOverlayName.Sentence());
    }

    private CommandRun Start(string name, params string[] arguments) => CommandRun.StartExample(_network, name, Configuration(name), arguments);

    private string Configuration(string name) => Path.Combine(_folder, $"{name}.json");

    private async Task<string> OnionAsync(CommandRun api)
    {
        await api.LineAsync(line => line.Contains("The service api on tor is published.", StringComparison.Ordinal), Cancelled);
        GatewayStatus status = await new GatewayClient(Path.Combine(_folder, "OnionApi")).GetStatusAsync(Cancelled);
        return status.Services.Single().Ports[0].Host;
    }
}
