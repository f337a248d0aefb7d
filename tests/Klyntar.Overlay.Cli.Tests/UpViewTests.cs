using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class UpViewTests : IDisposable
{
    private static readonly string Onion = new string('a', 56) + ".onion";

    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task In_a_pipe_progress_alone_makes_no_line()
    {
        await ShowAsync(isTerminal: false, Starting(0.5), Starting(0.6), Starting(0.7), Ready(ServiceState.Publishing), Ready(ServiceState.Published));

        _output.ToString().Should().Be("tor: starting, 50 %: loading\nservice node on tor: publishing\ntor: ready\nservice node on tor: published\n");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_address_is_shown_once_published_and_only_on_terminals(bool isTerminal)
    {
        await ShowAsync(isTerminal, Ready(ServiceState.Publishing));
        _output.ToString().Should().NotContain(Onion);
        await ShowAsync(isTerminal, Ready(ServiceState.Publishing), Ready(ServiceState.Published), Ready(ServiceState.Degraded), Ready(ServiceState.Published));

        _output.ToString().Split(Onion).Length.Should().Be(isTerminal ? 2 : 1);
    }

    [Fact]
    public async Task Ports_that_have_addresses_of_their_own_are_shown_together()
    {
        await ShowAsync(isTerminal: true, Ready(ServiceState.Published) with
        {
            Services = [Ready(ServiceState.Published).Services[0] with { Overlay = "i2p", Ports = [new ServicePortReport("a.b32.i2p", 7332, "127.0.0.1:1"), new ServicePortReport("b.b32.i2p", 9999, "127.0.0.1:2")] }],
        });

        string[] shown = _output.ToString().Split("\nservice node on i2p:\n");
        shown.Should().HaveCount(2);
        shown[1].Should().StartWith("  a.b32.i2p\n    port 7332 → 127.0.0.1:1\n").And.Contain("\n  b.b32.i2p\n    port 9999 → 127.0.0.1:2\n");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task How_a_service_is_published_is_told_once_wherever_the_output_goes(bool isTerminal)
    {
        await ShowAsync(isTerminal, [.. new[] { ServiceState.Publishing, ServiceState.Published, ServiceState.Degraded, ServiceState.Published }
            .Select(s => Ready(s) with { Services = [Ready(s).Services[0] with { Notes = ["visitors need a client key"] }] })]);

        _output.ToString().Split("service node on tor: visitors need a client key").Should().HaveCount(2);
    }

    [Fact]
    public async Task It_ends_with_the_reason_when_every_transport_has_failed()
    {
        Func<Task> show = () => ShowAsync(isTerminal: false, Starting(0.1), Status(new TransportReport { Name = "tor", State = TransportState.Failed, Detail = "No tor.", Capabilities = new() }, ServiceState.Publishing));

        await show.Should().ThrowAsync<OverlayException>().WithMessage("The transport tor failed: No tor.");
    }

    private static GatewayStatus Starting(double progress) =>
        Status(new TransportReport { Name = "tor", State = TransportState.Starting, Progress = progress, Detail = "loading", Capabilities = new() }, ServiceState.Publishing);

    private static GatewayStatus Ready(ServiceState service) =>
        Status(new TransportReport { Name = "tor", State = TransportState.Ready, Capabilities = new() }, service);

    private static GatewayStatus Status(TransportReport transport, ServiceState service) => new()
    {
        Version = "1",
        ProcessId = 1,
        StartedAt = default,
        DataFolder = "/data",
        Engine = "portable",
        Transports = [transport],
        Services = [new ServiceReport { Name = "node", Overlay = "tor", State = service, Ports = [new ServicePortReport(Onion, 80, "127.0.0.1:80")] }],
    };

    private Task ShowAsync(bool isTerminal, params GatewayStatus[] statuses)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(_output),
        });
        var view = new UpView(new StepList(console, new FakeTimeProvider()), showAddresses: isTerminal);
        return view.ShowAsync(new Recording(statuses), TestContext.Current.CancellationToken);
    }

    private sealed class Recording(GatewayStatus[] statuses) : IStatus<GatewayStatus>
    {
        public GatewayStatus Current => statuses[^1];

        public async IAsyncEnumerable<GatewayStatus> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (GatewayStatus status in statuses)
            {
                await Task.CompletedTask;
                yield return status;
            }
        }
    }
}
