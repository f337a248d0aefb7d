using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class CircuitRenewalTests : IAsyncDisposable
{
    private readonly WatchedClock _clock = new();
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly TorEndPoint _service = (TorEndPoint)TorEndPoint.Parse(TorIdentityFormat.Instance.Create().Address, 80).EndPoint!;
    private readonly TorDialer _dialer;
    private TorControlConnection? _control;
    private DescriptorPrefetch? _prefetch;

    public CircuitRenewalTests() => _dialer = new TorDialer(new TorGate(), SocketEngine.Portable, _clock, new TorOptions(), (_, _) => ValueTask.FromResult(false));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _control!.DisposeAsync();
        await _tor.DisposeAsync();
    }

    [Fact]
    public async Task What_was_known_of_services_is_forgotten_with_tors_own_knowledge()
    {
        CircuitRenewal renewal = await FamiliarAsync();
        Task<NewCircuitsResult> renewed = renewal.RunAsync(Ct);
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("SIGNAL NEWNYM");
        (await renewed).Should().Be(NewCircuitsResult.Done);
        _dialer.Verdicts.All.Should().BeEmpty();
        Task fetched = _prefetch!.RunAsync([_service], Ct);
        (await _tor.AnswerAsync("250 OK\r\n")).Should().StartWith("HSFETCH ");
        await fetched;
    }

    [Fact]
    public async Task Where_a_filter_refuses_the_signal_dials_are_parted_all_the_same_and_a_sentence_says_what_is_not()
    {
        CircuitRenewal renewal = await FamiliarAsync();
        Task<NewCircuitsResult> renewed = renewal.RunAsync(Ct);
        await _tor.AnswerAsync("510 Command filtered\r\n");
        NewCircuitsResult result = await renewed;
        result.IsDone.Should().BeTrue();
        result.Message.Should().Contain("refuses SIGNAL NEWNYM (510)");
        _dialer.Verdicts.All.Should().ContainSingle("tor still knows");
    }

    [Fact]
    public async Task A_session_that_ends_is_an_exception_for_the_transport_to_answer()
    {
        CircuitRenewal renewal = await FamiliarAsync();
        Task<NewCircuitsResult> renewed = renewal.RunAsync(Ct);
        await _tor.ReadLineAsync();
        _tor.Close();
        await renewed.Invoking(r => r).Should().ThrowAsync<ControlException>();
    }

    // A tor of which something is known.
    private async Task<CircuitRenewal> FamiliarAsync()
    {
        _control = await _tor.ControlAsync(new ControlConnectionOptions { Clock = _clock });
        _dialer.Verdicts.Judge(_service.Host, 0xF4);
        _prefetch = new DescriptorPrefetch(_control, _clock);
        Task fetched = _prefetch.RunAsync([_service], Ct);
        await _tor.AnswerAsync("250 OK\r\n");
        await fetched;
        return new CircuitRenewal(_control, _dialer, _prefetch, new NetworkProbe(_control, () => true, _clock, _ => { }));
    }
}
