using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>The page of <c>integrations/apollo</c> with the gateway's status.</summary>
public sealed class StatusPageTests(RecipePlace place, NpmPackages packages) : IClassFixture<RecipePlace>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_page_shows_the_running_gateways_transports_and_services()
    {
        Page page = await AskAsync(place.Gateway.DataFolder);

        page.Status.Should().Be(200);
        page.Body.Should().Contain("<td>tor</td><td>ready</td>").And.Contain($"{place.Gateway.Onion("node")}:80").And.Contain($"{place.Gateway.Socks}");
        page.Policy.Should().StartWith("default-src 'none'");
    }

    [Fact]
    public async Task Without_a_gateway_the_page_says_what_to_do()
    {
        Page page = await AskAsync(_folder);

        page.Status.Should().Be(503);
        page.Body.Should().Contain("No gateway runs there.");
    }

    [Theory]
    [InlineData("evil.example", "127.0.0.1", "a stranger's web page whose name leads here")]
    [InlineData("localhost.evil.example", "127.0.0.1", "a stranger's web page whose name leads here")]
    [InlineData("192.0.2.7:9691", "192.0.2.8", "another machine")]
    public async Task The_page_is_shown_to_this_machine_alone(string host, string from, string who)
    {
        Page page = await AskAsync(place.Gateway.DataFolder, host, from);

        page.Status.Should().Be(403, who);
        page.Body.Should().NotContain(place.Gateway.Onion("node"));
    }

    [Fact]
    public async Task What_the_gateway_says_is_shown_as_text()
    {
        const string Script = "<script>alert(1)</script>\\\"'&";

        Page page = await AskOfAsync($$"""{"version":"{{Script}}","transports":[{"name":"{{Script}}","state":"ready","detail":"{{Script}}"}],"services":[{"name":"{{Script}}","ports":[{"host":"{{Script}}","port":"{{Script}}"}]}],"socks":[{"listen":"{{Script}}"}]}""");

        page.Status.Should().Be(200);
        page.Body.Should().Contain("&#60;script&#62;").And.NotContain("<script").And.NotContain("\"'&");
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("7")]
    public async Task What_is_no_status_is_said_to_be_none(string answer) => (await AskOfAsync(answer)).Status.Should().Be(503);

    [Fact]
    public async Task A_status_of_another_shape_shows_what_it_has() =>
        (await AskOfAsync("""{"version":{"a":1},"transports":{"name":"x"},"services":[null,7,{"ports":"none"}]}""")).Status.Should().Be(200);

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        Page page = await AskOfAsync(new string(' ', 2 * 1024 * 1024) + "{}");

        page.Status.Should().Be(503);
        page.Body.Length.Should().BeLessThan(2_000);
    }

    // No gateway says such things, so one is played.
    private async Task<Page> AskOfAsync(string answer)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "gateway.sock")));
        listener.Listen();
        Task serving = ServeAsync();
        Page page = await AskAsync(_folder);
        await serving;
        return page;

        async Task ServeAsync()
        {
            using Socket client = await listener.AcceptAsync(Cancelled);
            await client.ReceiveAsync(new byte[4096], Cancelled);
            byte[] body = Encoding.UTF8.GetBytes(answer);
            try
            {
                await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), Cancelled);
                await client.SendAsync(body, Cancelled);
            }
            catch (SocketException)
            {
                // It has heard enough.
            }
        }
    }

    private async Task<Page> AskAsync(string dataFolder, string host = "localhost:9691", string from = "127.0.0.1")
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages, new JsonObject { ["dataFolder"] = dataFolder });
        ProgramRun run = await apollo.RunAsync("ui", "/overlay", new Dictionary<string, string> { ["PAGE_HOST"] = host, ["PAGE_FROM"] = from });
        run.Exit.Should().Be(0, run.All);
        return JsonSerializer.Deserialize<Page>(run.Output, JsonSerializerOptions.Web)!;
    }

    private sealed record Page(int Status, string Body, string Policy);
}
