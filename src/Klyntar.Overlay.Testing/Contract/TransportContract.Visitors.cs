using Klyntar.Overlay.Identities;
using Xunit;

namespace Klyntar.Overlay.Testing;

/// <content>Promises about who visits.</content>
public abstract partial class TransportContract
{
    /// <summary>Who a visitor is, is told where declared and never guessed elsewhere.</summary>
    [Fact]
    public async Task Visitors_are_told_apart_where_declared_and_nameless_elsewhere()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await HostAsync(pair, Define(IdentitiesOf(pair.Publisher.Transport).Create(), NextPort()) with { TellVisitors = true });
        string? first = (await ConnectAsync(pair, host)).Visitor.Identity;
        string? again = (await ConnectAsync(pair, host)).Visitor.Identity;
        if (!pair.Publisher.Transport.Capabilities.VisitorIdentity)
        {
            Assert.True(first is null && again is null, "Visitors have an identity, which VisitorIdentity does not declare.");
            return;
        }

        Assert.False(string.IsNullOrEmpty(first), "VisitorIdentity is declared, and a visitor has none.");
        Assert.True(first == again, $"One visitor's identity must stay the same, but was first {first} and then {again}.");
        await using StartedTransport stranger = await StartAsync();
        string? other = (await ConnectAsync(pair with { Dialler = stranger }, host)).Visitor.Identity;
        Assert.False(string.IsNullOrEmpty(other), "VisitorIdentity is declared, and a visitor has none.");
        Assert.True(first != other, "Two visitors must not have the same identity.");
    }

    /// <summary>An expelled visitor loses all its connections, and nobody else does.</summary>
    [Fact]
    public async Task An_expelled_visitor_loses_its_connections_and_nobody_else_does()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await HostAsync(pair, Define(IdentitiesOf(pair.Publisher.Transport).Create(), NextPort()) with { TellVisitors = true });
        bool hasExpelled = await Within(host.Service.ExpelAsync("nobody", Stop), "Expelling a visitor whom nobody knows");
        Assert.False(hasExpelled, "Nobody can have been expelled.");
        Wire[] wires = [await ConnectAsync(pair, host), await ConnectAsync(pair, host)];
        if (wires[0].Visitor.Identity is not { } identity || !await Within(host.Service.ExpelAsync(identity, Stop), "Expelling a visitor"))
        {
            return;
        }

        foreach (Wire wire in wires)
        {
            await Within(Wire.ReadToEndAsync(wire.Dialled, Stop), "An expelled visitor's end");
            await Within(Wire.ReadToEndAsync(wire.Accepted, Stop), "The end of an expelled visitor's connection");
        }

        await using StartedTransport other = await StartAsync();
        Wire innocent = await ConnectAsync(pair with { Dialler = other }, host);
        Wire again = await ConnectAsync(pair, host);
        Assert.NotNull(again.Visitor.Identity);
        Assert.True(await Within(host.Service.ExpelAsync(again.Visitor.Identity, Stop), "Expelling a visitor who came again"), "A visitor who is here can be expelled.");
        await Within(Wire.ReadToEndAsync(again.Dialled, Stop), "An expelled visitor's end");
        await EchoOnceAsync(innocent);
    }

    /// <summary>Who dials as one of its own services is that service to whom it visits, where that is declared; elsewhere the wish changes nothing.</summary>
    [Fact]
    public async Task Who_dials_as_a_service_is_that_service_under_every_isolation_key_where_declared()
    {
        const string Own = "own";
        TransportPair pair = await PairAsync();
        IIdentityFormat identities = IdentitiesOf(pair.Publisher.Transport);
        ContractHost host = await HostAsync(pair, Define(identities.Create(), NextPort()) with { TellVisitors = true });
        if (!pair.Dialler.Transport.Capabilities.DialAs)
        {
            await EchoOnceAsync(await ConnectAsync(pair, host, dialAs: Own));
            return;
        }

        await RefusedAsync("Dialling as a service that was never published");
        PublishResult publication = await Within(pair.Dialler.Transport.PublishAsync(Define(identities.Create(), NextPort()) with { Name = Own }, Stop), "Publishing");
        Assert.True(publication.IsAccepted, $"A valid definition must be accepted, but: {publication.Error}");
        await using (IPublishedService own = publication.Service)
        {
            await WaitForAsync(own.Status, status => status.IsPublished, status => status.IsFinal, "published");
            Wire first = await ConnectAsync(pair, host, dialAs: Own);
            Wire other = await ConnectAsync(pair, host, isolation: IsolationKey.From("other", [], []), dialAs: Own);
            Wire stranger = await ConnectAsync(pair, host);
            Assert.False(string.IsNullOrEmpty(first.Visitor.Identity), "DialAs is declared, and a visitor has no identity.");
            Assert.True(first.Visitor.Identity == other.Visitor.Identity, $"A service must be one visitor under every isolation key, but was {first.Visitor.Identity} and then {other.Visitor.Identity}.");
            Assert.True(first.Visitor.Identity != stranger.Visitor.Identity, "Who dials as nobody must not be taken for a service.");
            await EchoOnceAsync(first);
            await EchoOnceAsync(other);
        }

        await RefusedAsync("Dialling as a service that is published no more");

        async Task RefusedAsync(string what)
        {
            DialRequest request = Request(pair.Dialler, host.Service.EndPoints[0], Limits.Patience / 2) with { DialAs = Own };
            DialResult result = await Within(ValueOf(pair.Dialler.Transport.DialAsync(request, Stop)), what);
            Assert.True(!result.IsConnected && result.Error.Kind == DialErrorKind.NotAllowed, $"{what} must be refused as {DialErrorKind.NotAllowed}, but the answer was: {(result.IsConnected ? "a connection" : result.Error)}");
        }
    }
}
