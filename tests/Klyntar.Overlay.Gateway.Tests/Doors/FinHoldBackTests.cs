using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>On overlays that carry no half-close, as Tor and I2P.</summary>
public sealed class FinHoldBackTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly FakeTimeProvider _clock = new();

    private readonly InMemoryOverlay _overlay = new(new InMemoryOptions
    {
        Capabilities = new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true },
    });

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_clients_FIN_is_held_back_until_the_answer_has_come()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, clock: _clock);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: _clock);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();
        byte[] answer = new byte[1_000_000];
        Random.Shared.NextBytes(answer);

        await client.SendAsync("question");
        client.Shutdown(SocketShutdown.Send);
        (await visitor.ReadTextAsync(8)).Should().Be("question");
        Task sending = visitor.SendAsync(answer);
        (await client.ReadAsync(answer.Length)).Should().Equal(answer);
        await sending;
        visitor.Shutdown(SocketShutdown.Send);
        Task<byte[]> rest = client.ReadToEndAsync();

        await Patience.UntilAsync(() => Advance(rest, TimeSpan.FromMilliseconds(100)));
        (await rest).Should().BeEmpty();
    }

    [Fact]
    public async Task A_clients_FIN_is_passed_on_when_the_answer_is_silent_for_too_long()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, clock: _clock);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: _clock);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        client.Shutdown(SocketShutdown.Send);
        Task<byte[]> seen = visitor.ReadToEndAsync();
        DateTimeOffset from = _clock.GetUtcNow();
        await Patience.UntilAsync(() => Advance(seen, TimeSpan.FromSeconds(1)));

        (await seen).Should().BeEmpty();
        (_clock.GetUtcNow() - from).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_targets_FIN_reaches_its_visitor_soon_since_it_ends_the_answer()
    {
        await using TestGateway server = await TestGateway.PublishAsync(_overlay, _node.EndPoint, clock: _clock);
        await using TestGateway gateway = await TestGateway.StartAsync(_overlay, clock: _clock);
        using Socket client = await gateway.DialAsync(server.Address);
        using Socket visitor = await _node.AcceptAsync();

        await visitor.SendAsync("HTTP/1.0 answer, ended by FIN");
        visitor.Shutdown(SocketShutdown.Send);
        Task<byte[]> reading = client.ReadToEndAsync();
        DateTimeOffset from = _clock.GetUtcNow();
        await Patience.UntilAsync(() => Advance(reading, TimeSpan.FromMilliseconds(50)));

        Encoding.ASCII.GetString(await reading).Should().Be("HTTP/1.0 answer, ended by FIN");
        (_clock.GetUtcNow() - from).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1), "an upload still under way is not cut off at once");
    }

    private bool Advance(Task done, TimeSpan step)
    {
        // Timers may not be set yet, so the clock is moved until it happens.
        if (!done.IsCompleted)
        {
            _clock.Advance(step);
        }

        return done.IsCompleted;
    }
}
