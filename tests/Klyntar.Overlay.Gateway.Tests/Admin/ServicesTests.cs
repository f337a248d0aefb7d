using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Services that programs of this machine have published while the gateway runs.</summary>
public sealed class ServicesTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    private ServiceOptions Service => new() { On = ["memory"], Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint } };

    private byte[] Json => JsonSerializer.SerializeToUtf8Bytes(new { on = (string[])["memory"], ports = new Dictionary<string, string> { ["80"] = _node.EndPoint.ToString()! } });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_has_a_service_published_it_is_reached_under_a_lasting_address_and_is_withdrawn_again()
    {
        string address;
        await using (TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder))
        {
            var client = new GatewayClient(gateway.Host.DataFolder);
            ServiceReport published = (await client.PublishServiceAsync("daemon", Service)).Should().ContainSingle().Subject;
            address = published.Ports.Should().ContainSingle().Subject.Host;
            await gateway.Host.UntilAsync(s => s.Services is [{ State: ServiceState.Published }]);
            using (Socket visiting = await gateway.DialAsync(address))
            {
                using Socket visitor = await _node.AcceptAsync();
                await visitor.SendAsync("here");
                (await visiting.ReadTextAsync(4)).Should().Be("here");
            }

            (await client.PublishServiceAsync("daemon", Service)).Should().ContainSingle().Which.VisitorsTotal.Should().Be(1, "what is published just so stays as it is");
            await client.WithdrawServiceAsync("daemon");
            gateway.Host.Status.Current.Services.Should().BeEmpty();
        }

        await using (TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder))
        {
            (await new GatewayClient(gateway.Host.DataFolder).PublishServiceAsync("daemon", Service))[0].Ports[0].Host.Should().Be(address);
        }
    }

    [Fact]
    public async Task Several_programs_share_a_gateway_each_with_an_address_of_its_own_and_one_that_changes_its_mind_keeps_it()
    {
        using var other = new TestNode();
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        var client = new GatewayClient(gateway.Host.DataFolder);

        ServiceReport[] published = [.. await client.PublishServiceAsync("first", Service), .. await client.PublishServiceAsync("second", Service)];
        published.Select(p => p.Ports[0].Host).Should().OnlyHaveUniqueItems();
        ServiceReport changed = (await client.PublishServiceAsync("first", Service with { Ports = new Dictionary<int, EndPoint> { [80] = other.EndPoint } }))[0];
        changed.Ports[0].Host.Should().Be(published[0].Ports[0].Host);
        await gateway.Host.UntilAsync(s => s.Services.Length == 2 && s.Services.All(v => v.State == ServiceState.Published));

        using Socket visiting = await gateway.DialAsync(changed.Ports[0].Host);
        using Socket visitor = await other.AcceptAsync();
    }

    [Fact]
    public async Task A_service_that_a_program_holds_is_withdrawn_when_the_program_has_gone_unless_another_has_taken_it_over()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using (Socket first = await HoldAsync(gateway))
        {
            gateway.Host.Status.Current.Services.Should().ContainSingle();
        }

        await gateway.Host.UntilAsync(s => s.Services.IsEmpty);

        object former = new();
        await gateway.Host.PublishAsync("daemon", Json, former, Ct);
        using (Socket second = await HoldAsync(gateway))
        {
            await gateway.Host.HoldAsync("daemon", former, new CancellationToken(canceled: true)).SoonAsync();
            gateway.Host.Status.Current.Services.Should().ContainSingle("the second program holds it now");
        }

        await gateway.Host.UntilAsync(s => s.Services.IsEmpty);
        await gateway.Host.PublishAsync("daemon", Json, former, Ct);
        await new GatewayClient(gateway.Host.DataFolder).PublishServiceAsync("daemon", Service, Ct);
        await gateway.Host.HoldAsync("daemon", former, new CancellationToken(canceled: true)).SoonAsync();
        gateway.Host.Status.Current.Services.Should().ContainSingle("it is published for good");
    }

    [Fact]
    public async Task A_gateway_ends_though_a_program_holds_a_service()
    {
        TestGateway gateway = await TestGateway.StartAsync(_overlay);
        using Socket program = await HoldAsync(gateway);
        await gateway.DisposeAsync().AsTask().SoonAsync();
        Encoding.ASCII.GetString(await program.ReadToEndAsync()).Should().BeOneOf("", "0\r\n\r\n");
        gateway.Log.Lines.Should().NotContain(l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task What_is_wrong_with_a_service_is_told_and_changes_nothing()
    {
        await using TestGateway gateway = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        var client = new GatewayClient(gateway.Host.DataFolder);
        await client.PublishServiceAsync("daemon", Service);

        await RefusedAsync(() => client.PublishServiceAsync("node", Service), "The gateway's configuration has a service named 'node' already.*");
        await RefusedAsync(() => client.PublishServiceAsync("Bad Name", Service), "*\"Bad Name\" cannot name a service.*");
        await RefusedAsync(() => client.PublishServiceAsync("daemon", Service with { On = ["nowhere"] }), "*There is no transport \"nowhere\".*");
        await RefusedAsync(() => client.PublishServiceAsync("daemon", Service with { Ports = new Dictionary<int, EndPoint>() }), "*The service has no port.*");
        await RefusedAsync(() => client.WithdrawServiceAsync("node"), "The service node is in the configuration. Remove it there.");
        await RefusedAsync(() => client.WithdrawServiceAsync("nobody"), "No service nobody was published so.*");
        gateway.Host.Status.Current.Services.Select(s => s.Name).Should().Equal("node", "daemon");

        static async Task RefusedAsync(Func<Task> wish, string why) => (await wish.Should().ThrowAsync<OverlayException>()).WithMessage(why);
    }

    // The answer's head and first line; more comes never.
    private async Task<Socket> HoldAsync(TestGateway gateway, string name = "daemon")
    {
        var program = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await program.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(gateway.Host.DataFolder, "gateway.sock")));
        await program.SendAsync($"POST /services?name={name}&hold=true HTTP/1.1\r\nHost: gateway\r\nContent-Length: {Json.Length}\r\n\r\n{Encoding.UTF8.GetString(Json)}");
        string answer = await program.ReadTextAsync(15);
        answer.Should().Be("HTTP/1.1 200 OK");
        while (!answer.Contains("]\n\r\n", StringComparison.Ordinal))
        {
            answer += await program.ReadTextAsync(1);
        }

        return program;
    }
}
