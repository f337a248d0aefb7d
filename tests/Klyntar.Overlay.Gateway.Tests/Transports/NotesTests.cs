using System.Net;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What transports and services say beside their status, and the client keys that transports are lent.</summary>
public sealed class NotesTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Notes_are_in_the_status_and_the_same_notes_are_no_change()
    {
        await using TestGateway gateway = await StartAsync(
            t => t.OnNotes = () => ["has a key"],
            () => ["visitors need a key"]);
        GatewayStatus first = gateway.Host.Status.Current;
        first.Transports[0].Notes.Should().Equal("has a key");
        first.Services[0].Notes.Should().Equal("visitors need a key");

        GatewayStatus second = gateway.Host.Status.Current;
        second.Transports.Should().Equal(first.Transports);
        second.Services.Should().Equal(first.Services);
    }

    [Fact]
    public async Task A_transport_that_throws_instead_has_no_notes_but_the_one_that_tells_of_it()
    {
        await using TestGateway gateway = await StartAsync(t => t.OnNotes = () => throw new IOException("a bug"), () => default);

        gateway.Host.Status.Current.Transports[0].Notes.Should().ContainSingle().Which.Should().Match("Notes threw an exception *: IOException, a bug. *");
        gateway.Host.Status.Current.Services[0].Notes.Should().BeEmpty();
        gateway.Log.Lines.Should().Contain(l => l.Level == LogLevel.Error && l.Message.Contains("Notes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_keys_are_those_of_the_key_folder_which_is_not_made_unless_they_are_asked_for()
    {
        await using TestGateway gateway = await StartAsync(_ => { }, () => []);
        string folder = _folder.File("keys/memory-auth");
        Directory.Exists(folder).Should().BeFalse();

        gateway.Transport.Context!.ClientKeys.Create("alice", [1]);

        File.Exists(Path.Join(folder, "alice")).Should().BeTrue();
        gateway.Transport.Context.Keys.Read("alice").Should().BeNull();
    }

    private async Task<TestGateway> StartAsync(Action<ScriptedTransport> script, Func<System.Collections.Immutable.ImmutableArray<string>> notes)
    {
        var transport = new ScriptedTransport(_overlay.CreateTransport());
        transport.OnPublish = async (definition, cancellationToken) =>
            PublishResult.FromService(new NotedService((await transport.Inner.PublishAsync(definition, cancellationToken)).Service!, notes));
        script(transport);
        var options = new GatewayOptions
        {
            Socks = [],
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = new IPEndPoint(IPAddress.Loopback, 1) }, On = [_overlay.Options.Name] },
            },
        };
        TestGateway gateway = await TestGateway.StartAsync(transport, options, folder: _folder);
        await gateway.Host.WaitUntilReadyAsync().WaitAsync(Patience.Limit);
        return gateway;
    }
}
