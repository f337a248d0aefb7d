using System.Net;
using System.Threading.Channels;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class OverlayLegTests : IDisposable
{
    private readonly WatchedClock _clock = new();
    private readonly Channel<(FakePublishedService Service, TaskCompletionSource<PublishResult> Answer)> _asked = Channel.CreateUnbounded<(FakePublishedService, TaskCompletionSource<PublishResult>)>();
    private readonly Channel<(ConnectionContext Connection, IPAddress? Address)> _accepted = Channel.CreateUnbounded<(ConnectionContext, IPAddress?)>();
    private readonly CancellationTokenSource _stop = new();
    private readonly TestTransportContext _context;
    private readonly OverlayLeg _leg;
    private DialRequest? _dialled;

    public OverlayLegTests()
    {
        _context = new TestTransportContext(_clock)
        {
            Identities = static transport => new Identity(transport, "name.onion", [1]),
            Publisher = async (transport, definition, cancellationToken) =>
            {
                transport.Should().Be("tor");
                TaskCompletionSource<PublishResult> answer = new();
                _asked.Writer.TryWrite((new FakePublishedService(definition), answer));
                await using CancellationTokenRegistration cancelling = cancellationToken.Register(() => answer.TrySetResult(new PublishError(PublishErrorKind.Cancelled, "Given up.")));
                return await answer.Task;
            },
            Dialler = (request, _) =>
            {
                _dialled = request;
                return ValueTask.FromResult<DialResult>(new DialError(DialErrorKind.NotFound));
            },
        };
        _leg = new OverlayLeg("tor", _context, 15441);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _context.Dispose();
    }

    [Fact]
    public async Task It_publishes_once_follows_the_status_and_hands_visitors_on_without_an_address()
    {
        Task running = RunAsync();
        _leg.Address.Should().BeNull();
        (FakePublishedService service, TaskCompletionSource<PublishResult> answer) = await AskedAsync();
        service.Definition.Ports.Should().Equal(15441);
        service.Definition.Identity.Address.Should().Be("name.onion");
        answer.SetResult(PublishResult.FromService(service));
        await StatusAsync(static status => status is ServiceStatus.Publishing { } publishing && publishing.ToString().Contains("descriptors", StringComparison.Ordinal));
        service.Says.Set(ServiceStatus.Published);
        await StatusAsync(static status => status.IsPublished);
        (_leg.Address!.Value.Host, _leg.Address.Value.Port).Should().Be((service.EndPoints[0].Host, 15441));
        service.Says.Set(new ServiceStatus.Degraded("gone for a while"));
        await StatusAsync(static status => status is ServiceStatus.Degraded);
        MemoryEnd visitor = MemoryEnd.Pair().Accepted;
        service.Visitors.Writer.TryWrite(new Visitor(visitor, 15441));
        (await _accepted.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon()).Should().Be((visitor, (IPAddress?)null));
        _asked.Reader.TryRead(out _).Should().BeFalse();
        await _stop.CancelAsync();
        await running.Soon();
        service.IsDisposed.Should().BeTrue();
        _leg.Status.Current.Should().Be(ServiceStatus.Stopped);
    }

    [Fact]
    public async Task After_a_refusal_it_tries_again_later_and_later()
    {
        Task running = RunAsync();
        foreach (int pause in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            (await AskedAsync()).Answer.SetResult(new PublishError(PublishErrorKind.TransportFailed, "Tor is away."));
            await StatusAsync(static status => status is ServiceStatus.Degraded);
            await _clock.PassAsync(TimeSpan.FromSeconds(pause)).Soon();
        }

        (FakePublishedService service, TaskCompletionSource<PublishResult> answer) = await AskedAsync();
        answer.SetResult(PublishResult.FromService(service));
        service.Says.Set(ServiceStatus.Published);
        await StatusAsync(static status => status.IsPublished);

        // A service that ends by itself is published again, soon since it was there.
        service.Says.Complete(ServiceStatus.Stopped);
        service.Visitors.Writer.Complete();
        await StatusAsync(static status => !status.IsPublished);
        await _clock.PassAsync(TimeSpan.FromSeconds(1)).Soon();
        await AskedAsync();
        service.IsDisposed.Should().BeTrue();
        await _stop.CancelAsync();
        await running.Soon();
        _leg.Status.Current.Should().Be(ServiceStatus.Stopped);
    }

    [Theory]
    [InlineData(PublishErrorKind.NotSupported)]
    [InlineData(PublishErrorKind.Loop)]
    public async Task What_can_never_be_is_for_the_operator(PublishErrorKind kind)
    {
        Task running = RunAsync();
        (await AskedAsync()).Answer.SetResult(new PublishError(kind, "Tor is only dialled here."));
        (await running.Awaiting(static task => task.Soon()).Should().ThrowAsync<OverlayException>()).WithMessage("Tor is only dialled here.");
    }

    [Fact]
    public async Task A_dial_goes_through_the_gateway_with_its_isolation_and_what_it_runs_over()
    {
        DialRequest request = new(new DnsEndPoint("unused", 1)) { Isolation = IsolationKey.Unique(), Deadline = Deadline.After(TimeSpan.FromSeconds(5), _clock) };
        (await _leg.DialAsync(new PeerLocation(PeerLocationKind.Onion, "peer.onion", 443), request, default)).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        _dialled!.EndPoint.Should().Be(new DnsEndPoint("peer.onion", 443));
        _dialled.Isolation.Should().Be(request.Isolation);
        _dialled.Via.Should().Equal(request.Via);
        (_leg.Reaches(PeerLocationKind.Onion), _leg.Reaches(PeerLocationKind.I2P), _leg.Reaches(PeerLocationKind.IPv4)).Should().Be((true, false, false));
    }

    private Task RunAsync() => _leg.RunAsync((connection, address) => _accepted.Writer.TryWrite((connection, address)), _stop.Token);

    private Task<(FakePublishedService Service, TaskCompletionSource<PublishResult> Answer)> AskedAsync() => _asked.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();

    private async Task StatusAsync(Func<ServiceStatus, bool> isAwaited)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (ServiceStatus status in _leg.Status.WatchAsync(late.Token))
        {
            if (isAwaited(status))
            {
                return;
            }
        }

        throw new TimeoutException($"It is {_leg.Status.Current}.");
    }
}
