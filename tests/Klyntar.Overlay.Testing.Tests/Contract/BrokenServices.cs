using System.Collections.Immutable;

namespace Klyntar.Overlay.Testing.Tests;

internal sealed class WithServices(ITransport inner, Func<IPublishedService, IPublishedService> wrap) : DelegatingTransport(inner)
{
    public override async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        PublishResult result = await base.PublishAsync(definition, cancellationToken);
        return result.IsAccepted ? PublishResult.FromService(wrap(result.Service)) : result;
    }
}

internal sealed class CorrectsPortsInSilence(ITransport inner) : DelegatingTransport(inner)
{
    public override ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken) =>
        base.PublishAsync(definition.Ports.IsDefault ? definition : definition with { Ports = [.. definition.Ports.Distinct()] }, cancellationToken);
}

internal sealed class ThrowsWhenAPublicationIsGivenUp(ITransport inner) : DelegatingTransport(inner)
{
    public override ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return base.PublishAsync(definition, cancellationToken);
    }
}

internal sealed class PublishesOneIdentityTwice(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        PublishResult result = await base.PublishAsync(definition, cancellationToken);
        return result.Error?.Kind == PublishErrorKind.AlreadyPublished
            ? await base.PublishAsync(definition with { Identity = Identities!.Create() }, cancellationToken)
            : result;
    }
}

internal sealed class SaysTheFirstPortToAll(IPublishedService inner) : DelegatingService(inner)
{
    public override async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await base.AcceptAsync(cancellationToken) is { } visitor ? visitor with { Port = Definition.Ports[0] } : null;
}

internal sealed class ExpelsNobody(IPublishedService inner) : DelegatingService(inner)
{
    public override ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => ValueTask.FromResult(identity != "nobody");
}

internal sealed class ExpelsWhomNobodyKnows(IPublishedService inner) : DelegatingService(inner)
{
    public override async ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default)
    {
        await base.ExpelAsync(identity, cancellationToken);
        return true;
    }
}

internal sealed class ThrowsAtItsEnd(IPublishedService inner) : DelegatingService(inner)
{
    public override async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await base.AcceptAsync(cancellationToken) ?? throw new InvalidOperationException("The service has ended.");
}

internal sealed class CallsAGivenUpAcceptTheEnd(IPublishedService inner) : DelegatingService(inner)
{
    public override async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.AcceptAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}

internal sealed class DoesNotStop(IPublishedService inner) : DelegatingService(inner)
{
    public override ValueTask StopAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}

internal sealed class HasItsPortsTheOtherWayRound(IPublishedService inner) : DelegatingService(inner)
{
    public override ImmutableArray<OverlayEndPoint> EndPoints => [.. base.EndPoints.Reverse()];
}

internal sealed class IsAlwaysCalledPublished(IPublishedService inner) : DelegatingService(inner)
{
    public override IStatus<ServiceStatus> Status => new PaintedStatus<ServiceStatus>(base.Status, status => status.IsFinal ? status : ServiceStatus.Published);
}
