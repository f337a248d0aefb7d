using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>Apollo's own commands, unchanged, with the module <c>integrations/apollo</c>.</summary>
public sealed class ApolloCommandTests(RecipePlace place, NpmPackages packages) : IClassFixture<RecipePlace>
{
    private const string SomeOnion = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion";

    private string Node => $"http://{place.Gateway.Onion("node")}/";

    private Dictionary<string, string> Door => new() { ["KLYNTAR_OVERLAY_SOCKS"] = $"socks5h://{place.Gateway.Socks}" };

    [Fact]
    public async Task A_stock_command_reaches_a_node_by_its_overlay_name()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);

        ProgramRun run = await apollo.RunAsync("get", Node, Door);

        run.Exit.Should().Be(0, run.All);
        run.Output.Should().Contain(place.Node.Nonce);
        run.Error.Should().NotContain("lookup");
    }

    [Fact]
    public async Task The_door_may_be_named_in_the_configuration()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages, new JsonObject { ["socks"] = $"socks5h://{place.Gateway.Socks}" });

        ProgramRun run = await apollo.RunAsync("get", Node);

        run.Output.Should().Contain(place.Node.Nonce, run.All);
    }

    [Fact]
    public async Task Other_names_go_as_they_did_before()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);
        long accepted = Accepted();

        ProgramRun run = await apollo.RunAsync("get", $"http://localhost:{place.Node.Http.Port}/", Door);

        run.Output.Should().Contain(place.Node.Nonce, run.All);
        run.Error.Should().Contain("lookup of localhost", "this test's own way to notice look-ups works");
        Accepted().Should().Be(accepted);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("fetch")]
    public async Task With_all_nothing_goes_past_the_door(string command)
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages, new JsonObject { ["all"] = true });

        ProgramRun run = await apollo.RunAsync(command, $"http://{place.Node.Http}/", Door);

        run.Exit.Should().Be(1);
        run.All.Should().NotContain(place.Node.Nonce);
        run.Error.Should().Contain(command == "get" ? "NotAllowed" : "past the SOCKS door");
    }

    [Fact]
    public async Task The_library_websocket_reaches_a_node_by_its_overlay_name()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);

        ProgramRun run = await apollo.RunAsync("websocket", $"ws://{place.Gateway.Onion("node")}:9999/", Door);

        run.Output.Should().Be($"{place.Node.Nonce} hello\n", run.All);
        run.Error.Should().NotContain("lookup");
    }

    [Fact]
    public async Task The_library_websocket_goes_nowhere_else_with_all()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages, new JsonObject { ["all"] = true });

        ProgramRun run = await apollo.RunAsync("websocket", $"ws://{place.Node.WebSocket}/", Door);

        run.Exit.Should().Be(1);
        run.All.Should().Contain("NotAllowed").And.NotContain(place.Node.Nonce);
    }

    [Fact]
    public async Task An_overlay_name_never_goes_past_the_door_even_where_no_agent_is_taken()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);

        ProgramRun run = await apollo.RunAsync("fetch", $"http://{SomeOnion}/", Door);

        run.Exit.Should().Be(1);
        run.Error.Should().Contain("An overlay name was asked for past the SOCKS door, and refused.").And.NotContain("lookup");
    }

    [Theory]
    [InlineData("get", "http")]
    [InlineData("fetch", "http")]
    [InlineData("websocket", "ws")]
    public async Task Without_the_module_the_name_would_be_looked_up(string command, string scheme)
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);
        apollo.Change(configuration => configuration["EXTRA_CLI"] = new JsonArray());

        ProgramRun run = await apollo.RunAsync(command, $"{scheme}://{SomeOnion}/", Door);

        run.Error.Should().Contain($"lookup of {SomeOnion}");
    }

    [Fact]
    public async Task Without_a_gateway_an_overlay_name_fails_and_is_not_looked_up()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);

        ProgramRun run = await apollo.RunAsync("get", Node, new Dictionary<string, string> { ["KLYNTAR_OVERLAY_SOCKS"] = $"socks5h://{nobody.LocalEndPoint}" });

        run.Exit.Should().Be(1);
        run.Error.Should().Contain("ECONNREFUSED").And.NotContain("lookup");
    }

    [Theory]
    [InlineData("socks5://user:SECRET@127.0.0.1:5666", "must begin with socks5h://")]
    [InlineData("user:SECRET@127.0.0.1", "must begin with socks5h://")]
    [InlineData("SECRET", "cannot be read")]
    [InlineData("socks5h://", "names no host or no port")]
    [InlineData("socks5h://user:SECRET@127.0.0.1", "names no host or no port")]
    public async Task A_door_that_cannot_be_used_stops_everything_with_a_sentence(string door, string told)
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);

        ProgramRun run = await apollo.RunAsync("get", Node, new Dictionary<string, string> { ["KLYNTAR_OVERLAY_SOCKS"] = door });

        run.Exit.Should().Be(1);
        run.Error.TrimEnd().Should().StartWith("klyntar-overlay: ").And.Contain(told).And.NotContain("SECRET").And.NotContain("\n");
    }

    [Fact]
    public async Task Installing_again_changes_nothing()
    {
        using ApolloFolder apollo = await ApolloFolder.CreateAsync(packages);
        string before = apollo.Read().ToJsonString();

        (await apollo.InstallAgainAsync()).Exit.Should().Be(0);

        apollo.Read().ToJsonString().Should().Be(before);
    }

    private long Accepted() => place.Gateway.Status.Current.Socks.Sum(door => door.Accepted);
}
