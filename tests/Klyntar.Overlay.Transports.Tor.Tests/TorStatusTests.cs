namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorStatusTests
{
    private readonly TorStatus _status = new();

    private TransportStatus Current => _status.Status.Current;

    [Fact]
    public void Progress_is_told_until_tor_is_ready()
    {
        Current.Should().Be(TransportStatus.NotStarted);
        _status.OnStarting("looking for tor");
        Current.Should().Be(new TransportStatus.Starting(0, "looking for tor"));
        _status.OnPhase(new BootstrapPhase(45, "Asking for relay descriptors", null));
        Current.Should().Be(new TransportStatus.Starting(0.45, "Asking for relay descriptors"));
        _status.OnPhase(new BootstrapPhase(50, "Loading", "No route to host"));
        Current.Should().Be(new TransportStatus.Starting(0.5, "Loading (No route to host)"));
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.IsReady.Should().BeTrue();
    }

    [Fact]
    public void Before_the_first_time_an_interruption_is_part_of_the_start_and_later_it_is_a_degradation()
    {
        _status.OnInterrupted("tor ended");
        Current.Should().Be(new TransportStatus.Starting(0, "tor ended"));
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        _status.OnInterrupted("tor ended");
        Current.Should().Be(new TransportStatus.Degraded("tor ended"));
        _status.OnPhase(new BootstrapPhase(10, "Connecting", null));
        Current.Should().BeOfType<TransportStatus.Degraded>();
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.IsReady.Should().BeTrue();
    }

    [Fact]
    public void A_tor_that_does_not_take_a_client_key_is_ready_but_for_that()
    {
        _status.OnClientKeys("no \"alice\"");
        _status.OnPhase(new BootstrapPhase(45, "Loading", null));
        Current.Should().Be(new TransportStatus.Starting(0.45, "Loading"));
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.Should().Be(new TransportStatus.Degraded("no \"alice\""));
        _status.OnInterrupted("tor ended");
        _status.OnClientKeys(null);
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.IsReady.Should().BeTrue("a new tor took it");
    }

    [Fact]
    public void Without_circuits_it_is_degraded_until_there_are_some()
    {
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        _status.OnCircuits("CLOCK_JUMPED");
        Current.Should().BeOfType<TransportStatus.Degraded>().Which.Why.Should().Contain("CLOCK_JUMPED");
        _status.OnCircuits(null);
        Current.IsReady.Should().BeTrue();
        _status.OnCircuits("CLOCK_JUMPED");
        _status.OnInterrupted("tor ended");
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.IsReady.Should().BeTrue("a new tor starts afresh");
    }

    [Fact]
    public void Circuits_that_a_sleep_took_are_no_matter_of_the_network()
    {
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        _status.OnCircuits("CLOCK_JUMPED");
        Current.Should().BeOfType<TransportStatus.Degraded>().Which.Why.Should().StartWith("This machine slept").And.NotContain("network");
        _status.OnCircuits("DIRECTORY");
        Current.Should().BeOfType<TransportStatus.Degraded>().Which.Why.Should().Contain("network").And.NotContain("slept");
    }

    [Fact]
    public void A_pluggable_transport_that_is_missing_is_named_until_it_comes()
    {
        _status.OnPhase(new BootstrapPhase(5, "Connecting", null));
        _status.OnPlugins("obfs4 is missing.");
        Current.Should().Be(new TransportStatus.Degraded("obfs4 is missing."));
        _status.OnPhase(new BootstrapPhase(5, "Connecting", "No route"));
        Current.Should().Be(new TransportStatus.Degraded("obfs4 is missing."));
        _status.OnPlugins(null);
        Current.Should().Be(new TransportStatus.Starting(0.05, "Connecting (No route)"));
    }

    [Fact]
    public void That_no_bridge_is_reached_is_told_until_one_is_and_comes_after_a_plugin_that_is_missing()
    {
        _status.OnPhase(new BootstrapPhase(2, "Connected to pluggable transport", null));
        _status.OnBridges("No bridge.");
        Current.Should().Be(new TransportStatus.Degraded("No bridge."));
        _status.OnPlugins("obfs4 is missing.");
        Current.Should().Be(new TransportStatus.Degraded("obfs4 is missing."));
        _status.OnPlugins(null);
        _status.OnInterrupted("tor ended");
        _status.OnPhase(new BootstrapPhase(2, "Connected to pluggable transport", null));
        Current.Should().Be(new TransportStatus.Starting(0.02, "Connected to pluggable transport"), "a new tor starts afresh");
        _status.OnBridges("No bridge.");
        _status.OnBridges(null);
        Current.Should().BeOfType<TransportStatus.Starting>();
    }

    [Fact]
    public void A_ready_tor_through_which_nothing_moves_is_degraded_until_something_does()
    {
        _status.OnStalled("Nothing moves.");
        Current.Should().Be(TransportStatus.NotStarted);
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.Should().Be(new TransportStatus.Degraded("Nothing moves."));
        _status.OnStalled(null);
        Current.IsReady.Should().BeTrue();
    }

    [Theory]
    [InlineData(-3700, "1 h 1 min slow")]
    [InlineData(180, "3 min fast")]
    public void A_wrong_clock_explains_what_goes_wrong_and_is_no_fault_by_itself(int seconds, string said)
    {
        _status.OnClockSkew(TimeSpan.FromSeconds(seconds));
        _status.OnPhase(new BootstrapPhase(20, "Loading", null));
        Current.Should().BeOfType<TransportStatus.Starting>().Which.What.Should().Contain(said);
        _status.OnPhase(new BootstrapPhase(100, "Done", null));
        Current.IsReady.Should().BeTrue();
        _status.OnCircuits("CLOCK_JUMPED");
        Current.Should().BeOfType<TransportStatus.Degraded>().Which.Why.Should().Contain(said);
        _status.OnClockSkew(TimeSpan.FromSeconds(59));
        Current.Should().BeOfType<TransportStatus.Degraded>().Which.Why.Should().NotContain("seems");
    }
}
