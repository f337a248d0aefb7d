using System.Reflection;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Loopback.Tests;

public sealed class LoopbackTransportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Only_its_configuration_section_enables_it()
    {
        var factory = new LoopbackTransportFactory();
        factory.EnabledByDefault.Should().BeFalse();
        factory.Name.Should().Be("loopback");
        factory.Create(new LoopbackOptions()).Name.Should().Be(factory.Name);
        factory.Invoking(f => f.Create(new object())).Should().Throw<ArgumentException>();
        typeof(LoopbackTransportFactory).Assembly.GetCustomAttribute<OverlayTransportAttribute>()!.Factory.Should().Be<LoopbackTransportFactory>();
    }

    [Fact]
    public async Task Connections_on_both_sides_hand_their_socket_to_the_relay()
    {
        await using StartedTransport started = await StartAsync();
        await using IPublishedService service = await PublishAsync(started.Transport);
        DialResult dial = await started.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Stop);
        Visitor visitor = (await service.AcceptAsync(Stop))!;
        foreach (Microsoft.AspNetCore.Connections.ConnectionContext connection in (Microsoft.AspNetCore.Connections.ConnectionContext[])[dial.Connection!, visitor.Connection])
        {
            await using (connection)
            {
                connection.Should().BeOfType<SocketConnection>();
                connection.Features.Get<IEngineSocketFeature>()!.TryTake(out EngineSocket? socket, out _).Should().BeTrue();
                socket!.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_port_that_somebody_listens_on_is_refused_and_the_others_are_free_again()
    {
        await using StartedTransport started = await StartAsync();
        await using IPublishedService service = await PublishAsync(started.Transport);
        var taken = (LoopbackEndPoint)service.EndPoints[0];
        IdentityCollision collision = new(service.Definition);

        await using StartedTransport second = await StartAsync();
        PublishResult refused = await second.Transport.PublishAsync(collision.With(taken.Port + 1, taken.Port), Stop);
        refused.Error!.Kind.Should().Be(PublishErrorKind.InvalidPorts);
        refused.Error.Message.Should().EndWith(".").And.NotContain("127.");

        PublishResult accepted = await second.Transport.PublishAsync(collision.With(taken.Port + 1), Stop);
        accepted.IsAccepted.Should().BeTrue();
        await accepted.Service!.DisposeAsync();
    }

    [Fact]
    public async Task A_dial_where_nobody_listens_is_refused_with_what_the_system_said()
    {
        await using StartedTransport started = await StartAsync();
        OverlayEndPoint endPoint = started.Transport.Parse("127.211.0.1.loopback", 1).EndPoint!;
        DialResult result = await started.Transport.DialAsync(new DialRequest(endPoint), Stop);
        result.Error.Should().Be(new DialError(DialErrorKind.Refused, "loopback", "connect: ConnectionRefused"));
    }

    private static Task<StartedTransport> StartAsync() => StartedTransport.StartAsync(new LoopbackTransport(), new TestTransportContext(), Stop);

    private static async Task<IPublishedService> PublishAsync(ITransport transport)
    {
        PublishResult result = await transport.PublishAsync(
            new ServiceDefinition { Name = "test", Identity = transport.Identities!.Create(), Ports = [30_001] },
            Stop);
        return result.Service!;
    }

    private sealed record IdentityCollision(ServiceDefinition Definition)
    {
        public ServiceDefinition With(params int[] ports) => Definition with { Ports = [.. ports] };
    }
}
