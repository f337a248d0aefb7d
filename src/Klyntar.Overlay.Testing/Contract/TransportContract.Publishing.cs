using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>Several ports: on one address or one each, as declared, and each visitor comes to the port it dialled.</summary>
    [Fact]
    public async Task A_service_with_several_ports_tells_which_port_each_visitor_came_to()
    {
        TransportPair pair = await PairAsync();
        Identity identity = IdentitiesOf(pair.Publisher.Transport).Create();
        ContractHost host = await HostAsync(pair, Define(identity, NextPort(), NextPort(), NextPort()));
        ImmutableArray<OverlayEndPoint> endPoints = host.Service.EndPoints;
        Assert.Equal(host.Service.Definition.Ports, endPoints.Select(e => e.Port));
        Assert.Equal(identity.Address, endPoints[0].Host);
        Assert.True(
            NewTransport().EndPointsOf(host.Service.Definition).SequenceEqual(endPoints),
            "A transport that was never started must know where a service is published.");
        int addresses = endPoints.Select(e => e.Host).Distinct().Count();
        Assert.True(
            addresses == (pair.Publisher.Transport.Capabilities.SharedAddress ? 1 : endPoints.Length),
            $"{endPoints.Length} ports have {addresses} addresses: not what SharedAddress declares.");
        foreach (int index in (int[])[2, 0, 1])
        {
            Wire wire = await ConnectAsync(pair, host, index);
            Assert.Equal(host.Service.Definition.Ports[index], wire.Visitor.Port);
            await EchoOnceAsync(wire);
        }
    }

    /// <summary>What cannot be published is refused with a sentence, as a value.</summary>
    [Fact]
    public async Task A_definition_that_cannot_be_published_is_refused_with_its_cause()
    {
        TransportPair pair = await PairAsync();
        ITransport transport = pair.Publisher.Transport;
        Identity identity = IdentitiesOf(transport).Create();
        int port = NextPort();
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity) with { Ports = default });
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity));
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity, 0));
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity, -1));
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity, 65536));
        await RefusedAsync(PublishErrorKind.InvalidPorts, Define(identity, port, port));
        await RefusedAsync(PublishErrorKind.InvalidOptions, Define(identity, port) with { Options = new ForeignOptions() });
        await RefusedAsync(PublishErrorKind.InvalidIdentity, Define(new Identity("another", "a.another", [1, 2, 3]), port));
        await RefusedAsync(PublishErrorKind.InvalidIdentity, Define(new Identity(transport.Name, identity.Address, [1, 2, 3]), port));
        await RefusedAsync(PublishErrorKind.Cancelled, Define(identity, port), new CancellationToken(canceled: true));

        // Nothing of the refused ones has stayed.
        await ConnectAsync(pair, await HostAsync(pair, Define(identity, port)));
        await RefusedAsync(PublishErrorKind.AlreadyPublished, Define(identity, NextPort()));

        async Task RefusedAsync(PublishErrorKind kind, ServiceDefinition definition, CancellationToken? token = null)
        {
            PublishResult result;
            try
            {
                result = await Within(transport.PublishAsync(definition, token ?? Stop), "Refusing a publication");
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"Refusals are values: {kind} was expected, but the publication threw {e}");
                return;
            }

            if (result.IsAccepted)
            {
                await result.Service.DisposeAsync();
                Assert.Fail($"The definition must be refused as {kind}, and was accepted.");
            }

            Assert.Equal(kind, result.Error.Kind);
            Assert.True(result.Error.Message.EndsWith('.'), $"A refusal is a sentence, unlike '{result.Error.Message}'.");
            Assert.DoesNotContain(identity.Address, result.Error.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>A transport that is only dialled says so.</summary>
    [Fact]
    public async Task A_transport_that_declares_no_publishing_refuses_it()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipWhen(pair.Publisher.Transport.Capabilities.Publish, "The overlay can be published on.");
        var definition = Define(new Identity(pair.Publisher.Transport.Name, "a.another", [1]), NextPort());
        PublishResult result = await Within(pair.Publisher.Transport.PublishAsync(definition, Stop), "Refusing a publication");
        Assert.Equal(PublishErrorKind.NotSupported, result.Error?.Kind);
    }

    /// <summary>The end of a service: nobody waits on, nobody comes in, and who is in stays.</summary>
    [Fact]
    public async Task A_stopped_service_lets_nobody_in_and_keeps_who_is_in()
    {
        TransportPair pair = await PairAsync();
        Identity identity = IdentitiesOf(pair.Publisher.Transport).Create();
        int port = NextPort();
        ContractHost host = await HostAsync(pair, Define(identity, port));
        IPublishedService service = host.Service;
        Wire wire = await ConnectAsync(pair, host);

        await Within(service.StopAsync(Stop), "Stopping a service");
        await Within(host.AcceptingEnded, "Ending an accept that waits while its service is stopped");
        Assert.Equal(ServiceStatus.Stopped, service.Status.Current);
        Assert.Null(await Within(service.AcceptAsync(Stop), "Accepting after the end"));
        await Within(service.StopAsync(Stop), "Stopping a service again");
        await Within(service.DisposeAsync(), "Disposing a stopped service");
        await Within(service.DisposeAsync(), "Disposing a service again");
        Assert.Null(await Within(service.AcceptAsync(Stop), "Accepting after the end"));
        await EchoOnceAsync(wire);

        DialResult dial = await Within(
            ValueOf(pair.Dialler.Transport.DialAsync(Request(pair.Dialler, service.EndPoints[0], Limits.Patience / 2), Stop)),
            "Dialling a service that was stopped");
        if (dial.IsConnected && pair.Dialler.Transport.Capabilities.UnconfirmedDials)
        {
            await SilentAsync(Own(dial.Connection));
        }
        else
        {
            Assert.False(dial.IsConnected, "Nobody is let in to a service that was stopped.");
            Assert.True(NobodyThere.Contains(dial.Error.Kind), $"A stopped service is one of {string.Join(", ", NobodyThere)}, but: {dial.Error}");
        }

        ContractHost again = await HostAsync(pair, Define(identity, port));
        Assert.Equal(service.EndPoints, again.Service.EndPoints);
        await EchoOnceAsync(await ConnectAsync(pair, again));
    }

    /// <summary>A connection behind which nobody is.</summary>
    private async Task SilentAsync(Microsoft.AspNetCore.Connections.ConnectionContext connection)
    {
        try
        {
            await Within(Wire.WriteAsync(connection, Wire.Bytes(12, 100), Stop), "Writing to nobody");
        }
        catch (IOException)
        {
            // It has ended already, as a connection to nobody may.
        }

        Task<StreamEnd> reading = Wire.ReadToEndAsync(connection, Stop);
        if (await Task.WhenAny(reading, Task.Delay(Limits.Quiet, TimeProvider.System, Stop)) == reading)
        {
            Assert.True((await reading).Bytes.IsEmpty, "Somebody answered for a service that was stopped.");
        }
    }

    /// <summary>Disposing a service ends an accept that waits.</summary>
    [Fact]
    public async Task Disposing_a_service_ends_a_waiting_accept_with_null()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await HostAsync(pair);
        Task<Visitor?> accept = host.Service.AcceptAsync(Stop).AsTask();
        Assert.False(accept.IsCompleted, "Nobody came, so the accept waits.");
        await Within(host.Service.DisposeAsync(), "Disposing a service");
        Assert.Null(await Within(accept, "An accept whose service was disposed"));
    }

    /// <summary>Giving up an accept loses no visitor.</summary>
    [Fact]
    public async Task An_accept_can_be_given_up_and_called_again()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await HostAsync(pair);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<Visitor?> accept = host.Service.AcceptAsync(giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Within(accept, "An accept that was given up"));
        await EchoOnceAsync(await ConnectAsync(pair, host));
    }

    /// <summary>A service's status is its own: it is published, and stopped at its end.</summary>
    [Fact]
    public async Task The_status_of_a_service_reaches_published_and_ends_with_stopped()
    {
        TransportPair pair = await PairAsync();
        ServiceDefinition definition = Define(IdentitiesOf(pair.Publisher.Transport).Create(), NextPort());
        PublishResult result = await Within(pair.Publisher.Transport.PublishAsync(definition, Stop), "Publishing");
        Assert.True(result.IsAccepted, $"A valid definition must be accepted, but: {result.Error}");
        IPublishedService service = Own(result.Service);
        Assert.Same(definition, service.Definition);
        Task<List<ServiceStatus>> watching = WatchAsync();
        await WaitForAsync(service.Status, status => status.IsPublished, status => status.IsFinal, "published");
        await Within(service.StopAsync(Stop), "Stopping a service");
        List<ServiceStatus> seen = await Within(watching, "Ending the status of a stopped service");
        Assert.True(seen[0] is ServiceStatus.Publishing || seen[0].IsPublished, $"A service begins with publishing or published, not with: {seen[0]}");
        Assert.Equal(ServiceStatus.Stopped, seen[^1]);
        Assert.DoesNotContain(seen, status => status is ServiceStatus.Degraded or ServiceStatus.Failed);

        async Task<List<ServiceStatus>> WatchAsync()
        {
            List<ServiceStatus> all = [];
            await foreach (ServiceStatus status in service.Status.WatchAsync(Stop).ConfigureAwait(false))
            {
                all.Add(status);
            }

            return all;
        }
    }

    /// <summary>The same key gives the same address, whichever transport publishes it.</summary>
    [Fact]
    public async Task The_same_identity_gives_the_same_address_after_a_reinstall()
    {
        TransportPair pair = await PairAsync();
        IIdentityFormat identities = IdentitiesOf(pair.Publisher.Transport);
        Identity identity = identities.Create();
        int port = NextPort();
        ContractHost host = await HostAsync(pair, Define(identity, port));
        ImmutableArray<OverlayEndPoint> endPoints = host.Service.EndPoints;
        await Within(host.Service.DisposeAsync(), "Disposing a service");

        await using StartedTransport reinstalled = await StartAsync();
        IdentityImport import = IdentitiesOf(reinstalled.Transport).Import(identities.Export(identity, identities.FormatsOf(identity)[^1]));
        Assert.True(import.IsValid, import.Why);
        TransportPair other = pair with { Publisher = reinstalled };
        ContractHost again = await HostAsync(other, Define(import.Identity!, port));
        Assert.Equal(endPoints, again.Service.EndPoints);
        await EchoOnceAsync(await ConnectAsync(other, again));
        await Within(again.Service.DisposeAsync(), "Disposing a service");
    }

    private sealed record ForeignOptions;
}
