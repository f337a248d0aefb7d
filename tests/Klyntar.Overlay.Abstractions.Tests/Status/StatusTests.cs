namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class StatusTests
{
    [Fact]
    public void A_transport_is_ready_or_at_its_end_or_neither()
    {
        TransportStatus.Ready.IsReady.Should().BeTrue();
        TransportStatus.Ready.IsFinal.Should().BeFalse();
        TransportStatus.Stopped.IsFinal.Should().BeTrue();
        new TransportStatus.Failed("No tor.").IsFinal.Should().BeTrue();
        foreach (TransportStatus status in (TransportStatus[])[TransportStatus.NotStarted, new TransportStatus.Starting(0, "x"), new TransportStatus.Degraded("x")])
        {
            status.IsReady.Should().BeFalse();
            status.IsFinal.Should().BeFalse();
        }
    }

    [Fact]
    public void A_service_is_published_or_at_its_end_or_neither()
    {
        ServiceStatus.Published.IsPublished.Should().BeTrue();
        ServiceStatus.Published.IsFinal.Should().BeFalse();
        ServiceStatus.Stopped.IsFinal.Should().BeTrue();
        new ServiceStatus.Failed("x").IsFinal.Should().BeTrue();
        new ServiceStatus.Publishing("x").IsFinal.Should().BeFalse();
        new ServiceStatus.Degraded("x").IsFinal.Should().BeFalse();
    }

    [Fact]
    public void Statuses_are_equal_by_value_so_that_no_change_is_told_twice()
    {
        new TransportStatus.Starting(0.5, "x").Should().Be(new TransportStatus.Starting(0.5, "x"));
        new TransportStatus.Degraded("x").Should().NotBe(new TransportStatus.Failed("x"));
        new ServiceStatus.Publishing("x").Should().Be(new ServiceStatus.Publishing("x"));
    }

    [Fact]
    public void Statuses_print_for_people()
    {
        new TransportStatus.Starting(0.45, "loading relays").ToString().Should().Be("starting, 45 %: loading relays");
        new TransportStatus.Degraded("The helper ended.").ToString().Should().Be("degraded: The helper ended.");
        TransportStatus.Ready.ToString().Should().Be("ready");
        TransportStatus.Stopped.ToString().Should().Be("stopped");
        TransportStatus.NotStarted.ToString().Should().Be("not started");
        new ServiceStatus.Publishing("descriptors").ToString().Should().Be("publishing: descriptors");
        ServiceStatus.Published.ToString().Should().Be("published");
        ServiceStatus.Stopped.ToString().Should().Be("stopped");
    }
}
