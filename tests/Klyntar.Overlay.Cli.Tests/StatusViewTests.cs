using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class StatusViewTests
{
    private static readonly string Onion = new string('a', 56) + ".onion";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly GatewayStatus Status = new()
    {
        Version = "1.2.3",
        ProcessId = 42,
        StartedAt = Start,
        DataFolder = "/data",
        Engine = "portable",
        Socks = [new SocksDoorReport { Listen = "127.0.0.1:5666", ConnectionLimit = 100, PendingDials = 1 }],
        Transports = [new TransportReport { Name = "tor", State = TransportState.Starting, Progress = 0.5, Detail = "loading", Capabilities = new TransportCapabilities() }],
        Services =
        [
            new ServiceReport
            {
                Name = "node", Overlay = "tor", State = ServiceState.Published, Visitors = 1, VisitorsTotal = 7,
                Ports = [new ServicePortReport(Onion, 80, "127.0.0.1:7332"), new ServicePortReport(Onion, 9999, "unix:/run/node")],
            },
        ],
    };

    [Fact]
    public void An_address_has_a_line_of_its_own_that_fits_80_columns() =>
        StatusView.Of(Status, Start).Where(l => l.Contains(Onion)).Should().Equal($"  {Onion}").And.OnlyContain(l => l.Length <= 80);

    [Fact]
    public void It_reads_from_the_gateway_down_to_the_ports() => StatusView.Of(Status, Start.AddMinutes(90)).Should().Equal(
        "klyntar-overlay 1.2.3, process 42, up 1 h 30 min",
        "data folder /data",
        "",
        "SOCKS door 127.0.0.1:5666",
        "  0 of 100 connections, 1 dial waiting, 0 accepted in all",
        "",
        "transport tor: starting, 50 %: loading",
        "",
        "service node on tor: published",
        $"  {Onion}",
        "    port 80 → 127.0.0.1:7332",
        "    port 9999 → unix:/run/node",
        "  1 visitor now, 7 in all");

    [Fact]
    public void What_transports_and_services_say_beside_their_state_has_lines_of_its_own() => StatusView.Of(
        Status with
        {
            Transports = [Status.Transports[0] with { Notes = ["has a client key for 1 service"] }],
            Services = [Status.Services[0] with { Notes = ["visitors need a client key, which 2 clients have", "published without proof of work"] }],
        },
        Start).Should().ContainInOrder(
        "transport tor: starting, 50 %: loading",
        "  has a client key for 1 service",
        "    port 9999 → unix:/run/node",
        "  visitors need a client key, which 2 clients have",
        "  published without proof of work",
        "  1 visitor now, 7 in all");
}
