using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Sandbox.Tests;

[Collection(Networks.Name)]
public sealed class PrivateTorNetworkTests(NetworkFixture fixture)
{
    private static readonly SandboxStageKind[] Stages =
        [SandboxStageKind.Program, SandboxStageKind.Keys, SandboxStageKind.Authorities, SandboxStageKind.Descriptors, SandboxStageKind.Consensus];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_onion_service_is_reached_over_it()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string onion = await fixture.Client.AddOnionAsync(new Dictionary<int, IPEndPoint> { [80] = node.EndPoint }, Cancelled);
        using HttpClient http = fixture.Client.CreateHttpClient();

        string page = await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled);

        node.IsMine(page).Should().BeTrue();
    }

    [Fact]
    public void Its_start_reports_every_stage_in_order()
    {
        fixture.Reported.Select(s => (s.Kind, IsDone: s.Took is not null)).Should().Equal(
            Stages.SelectMany(k => new[] { (k, false), (k, true) }));
        fixture.Network.Timings.Stages.Select(s => s.Kind).Should().Equal(Stages);
        fixture.Network.Timings.Total.Should().BeGreaterThanOrEqualTo(fixture.Network.Timings.Stages.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Took!.Value));
        TestContext.Current.TestOutputHelper!.WriteLine(Describe(fixture.Network.Timings));
    }

    [Fact]
    public void What_it_gives_to_clients_passes_the_guard() => TorrcGuard.Check(fixture.Network.ClientTorrc);

    [Fact]
    public async Task Every_socket_of_its_processes_is_on_loopback()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sockets of a process are read from /proc, which only Linux has.");

        ImmutableArray<IPEndPoint> all = [.. fixture.Network.ProcessIds.Add(fixture.Client.ProcessId).SelectMany(ProcessSockets.Of)];

        all.Should().HaveCountGreaterThan(8).And.OnlyContain(e => e.Address.GetAddressBytes()[0] == 127);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_name_that_was_never_published_is_refused_by_tor_itself()
    {
        // The last characters are version and checksum: valid, so that tor really looks for it.
        (System.Net.Sockets.Socket? socket, byte reply) = await fixture.Client.TryDialAsync("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", 80, cancellationToken: Cancelled);

        socket.Should().BeNull();
        reply.Should().Be(4);
    }

    internal static string Describe(PrivateTorNetworkTimings timings) =>
        $"{timings.Total.TotalSeconds:0.0} s: {string.Join(", ", timings.Stages.Select(s => $"{s.What} {s.Took!.Value.TotalSeconds:0.00} s ({s.Detail})"))}";
}
