using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A plugin of which one call does not return: what needs no further call of it goes on, and the status says how it is.</summary>
public sealed class HangingTransportTests : IAsyncLifetime
{
    private const string HangingHost = "hang.example";

    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly ManualResetEventSlim _returns = new();
    private readonly TestTransportContext _hosting = new();
    private readonly InMemoryTransport _memory;
    private readonly TransportHost _host;

    public HangingTransportTests()
    {
        _memory = _overlay.CreateTransport();
        var scripted = new ScriptedTransport(_memory) { OnParse = Parse };
        _host = new TransportHost(scripted, _clock, _hosting.Log.CreateLogger("test"), isPlugin: true);
    }

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync(() => _hosting, CancellationToken.None);
        await UntilAsync(TransportStatus.Ready);
    }

    public async ValueTask DisposeAsync()
    {
        _returns.Set();
        await _host.DisposeAsync();
        _hosting.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task The_status_says_what_hangs_until_it_returns()
    {
        await HangAsync();
        _host.Status.Current.Should().Be(new TransportStatus.Degraded("Parse does not return, so that nobody is served. Restart the gateway if it lasts."));

        _returns.Set();

        await UntilAsync(TransportStatus.Ready);
        _host.Notes.Should().Equal("Parse did not return within 5 s once. Report it to the transport's author.");
        _host.TryParse("a.mem", 80, null, out _).Should().BeTrue();
    }

    [Fact]
    public async Task Visitors_of_its_services_are_served_meanwhile_and_the_service_is_published_still()
    {
        var context = new DoorContext(SocketEngine.Default, null!, TimeProvider.System, new RelayTimes(), _hosting.Log);
        var options = new ServiceOptions { On = ["memory"], Ports = new Dictionary<int, EndPoint> { [80] = _node.EndPoint } };
        await using var door = new ServiceDoor("node", options, _host, _memory.Identities!.Create(), new VisitorCount(10), context);
        await door.PublishAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay);
        await HangAsync();

        using Socket client = await gateway.DialAsync(door.Report.Ports[0].Host);
        using Socket visitor = await _node.AcceptAsync();
        await visitor.SendAsync("here");
        (await client.ReadTextAsync(4)).Should().Be("here");

        // The service's status changes while its notes cannot be asked for.
        _memory.LoseHelper();
        await Patience.UntilAsync(() => door.Report.State == ServiceState.Published && _memory.Status.Current.IsReady);
        _returns.Set();
    }

    private ParsedHost Parse(string host, int port)
    {
        if (host == HangingHost)
        {
            _returns.Wait(TestContext.Current.CancellationToken);
        }

        return _memory.Parse(host, port);
    }

    private async Task HangAsync()
    {
        var asking = Task.Run(() => _host.TryParse(HangingHost, 80, null, out _));
        await Patience.UntilAsync(() =>
        {
            _clock.Advance(CallGuard.QuickLimit);
            return asking.IsCompleted;
        });
        (await asking).Should().BeFalse();
    }

    private async Task UntilAsync(TransportStatus status)
    {
        await foreach (TransportStatus current in _host.Status.WatchAsync(TestContext.Current.CancellationToken))
        {
            if (current.Equals(status))
            {
                return;
            }
        }
    }
}
