using System.Diagnostics.Metrics;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>The wish for new circuits, from the client to the transport, and what transports are lent to count by.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class NewCircuitsTests : IDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestNode _node = new();
    private readonly TestFolder _folder = new();
    private readonly GatewayClient _client;

    public NewCircuitsTests() => _client = new GatewayClient(_folder.Path);

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Dials_of_the_running_gateway_take_another_path_from_then_on()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();
        int before = await PathAsync();
        (await PathAsync()).Should().Be(before);

        (await _client.NewCircuitsAsync("memory").SoonAsync()).Should().Equal(new NewCircuitsReport("memory", NewCircuitsOutcome.Done, null));

        (await PathAsync()).Should().NotBe(before);

        async Task<int> PathAsync()
        {
            OverlayEndPoint endPoint = gateway.Transport.Parse(server.Address, 80).EndPoint!;
            DialResult dial = await gateway.Host.DialAsync(new DialRequest(endPoint)).AsTask().SoonAsync();
            await using ConnectionContext connection = dial.Connection!;
            return connection.Features.Get<IInMemoryPathFeature>()!.Path;
        }
    }

    [Fact]
    public async Task Whatever_a_transport_answers_is_told_in_its_own_words()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        gateway.Transport.OnNewCircuits = _ => ValueTask.FromResult(new NewCircuitsResult(NewCircuitsOutcome.NotReady, "Not yet. Ask again."));

        (await _client.NewCircuitsAsync().SoonAsync()).Should().Equal(new NewCircuitsReport("memory", NewCircuitsOutcome.NotReady, "Not yet. Ask again."));
    }

    [Fact]
    public async Task A_transport_that_throws_is_contained()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);
        gateway.Transport.OnNewCircuits = _ => throw new IOException("a bug");

        NewCircuitsReport report = (await _client.NewCircuitsAsync().SoonAsync()).Should().ContainSingle().Subject;

        report.Outcome.Should().Be(NewCircuitsOutcome.Internal);
        gateway.Log.Lines.Should().Contain(l => l.Level == LogLevel.Error && l.Message.Contains("NewCircuits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transport_that_the_gateway_does_not_run_is_named_in_the_failure()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, folder: _folder);

        Func<Task> asked = () => _client.NewCircuitsAsync("other&on=memory");

        (await asked.Should().ThrowAsync<OverlayException>()).WithMessage("The gateway runs no transport named \"other&on=memory\".*");
    }

    [Fact]
    public async Task Where_no_gateway_runs_a_sentence_says_so()
    {
        Func<Task> asked = () => _client.NewCircuitsAsync();

        (await asked.Should().ThrowAsync<OverlayException>()).WithMessage("No gateway runs *");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Transports_are_lent_the_hosts_meters_where_it_has_some(bool hasMeters)
    {
        using var meters = new Meters();
        await using TestGateway gateway = await TestGateway.StartAsync(
            new ScriptedTransport(_overlay.CreateTransport()), new GatewayOptions { Socks = [] }, folder: _folder, meters: hasMeters ? meters : null);
        await gateway.Host.WaitUntilReadyAsync().SoonAsync();

        gateway.Transport.Context!.Features.Get<IMeterFactory>().Should().Be(hasMeters ? meters : null);
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
