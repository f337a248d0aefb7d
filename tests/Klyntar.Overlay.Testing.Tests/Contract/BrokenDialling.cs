using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing.Tests;

internal sealed class RenewsNoCircuits(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken) =>
        InMemory.Status.Current.IsReady ? NewCircuitsResult.Done : await base.NewCircuitsAsync(cancellationToken);
}

internal sealed class RenewsCircuitsBeforeTheStart(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        await base.NewCircuitsAsync(cancellationToken);
        return NewCircuitsResult.Done;
    }
}

internal sealed class ThrowsWhenADialIsGivenUp(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        return result.Error?.Kind == DialErrorKind.Cancelled ? throw new OperationCanceledException() : result;
    }
}

internal sealed class ThrowsWhenNobodyIsThere(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        return result.Error?.Kind == DialErrorKind.NotFound ? throw new IOException("Nobody there.") : result;
    }
}

internal sealed class CallsItABugWhenNobodyIsThere(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        return result.Error?.Kind == DialErrorKind.NotFound ? new DialError(DialErrorKind.Internal, Name) : result;
    }
}

internal sealed class TellsTheAddressInItsErrors(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        return result.Error is { } error ? error with { Detail = request.EndPoint.ToString() } : result;
    }
}

internal sealed class GrantsTimeAnew(ITransport inner) : DelegatingTransport(inner)
{
    public override ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken) =>
        base.DialAsync(request with { Deadline = Deadline.None }, cancellationToken);
}

internal sealed class DoesNotWaitForTheStart(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        if (Status.Current == TransportStatus.NotStarted)
        {
            return new DialError(DialErrorKind.TransportNotReady, Name);
        }

        return await base.DialAsync(request, cancellationToken);
    }
}

internal sealed class DialsEndPointsOfItsOwnOnly(ITransport inner) : DelegatingTransport(inner)
{
    public override ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken) =>
        base.DialAsync(request with { EndPoint = (InMemoryEndPoint)request.EndPoint }, cancellationToken);
}

internal sealed class FailsAloudWhenWarming(ITransport inner) : DelegatingTransport(inner)
{
    public override ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) =>
        endPoints.Count > 0 ? throw new IOException("No circuit.") : ValueTask.CompletedTask;
}

internal sealed class Declares(ITransport inner, Func<TransportCapabilities, TransportCapabilities> change) : DelegatingTransport(inner)
{
    public override TransportCapabilities Capabilities => change(base.Capabilities);
}

internal sealed class DialsAsAStranger(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        return result.Error?.Kind == DialErrorKind.NotAllowed ? await base.DialAsync(request with { DialAs = null }, cancellationToken) : result;
    }
}

internal sealed class DialsAsAnother(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        if (!result.IsConnected || request.Isolation == IsolationKey.Shared)
        {
            return result;
        }

        await result.Connection.DisposeAsync();
        return await base.DialAsync(request with { DialAs = null }, cancellationToken);
    }
}

internal sealed class TellsNoWriter(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await base.DialAsync(request, cancellationToken);
        if (result.Connection is { } connection)
        {
            connection.Transport = new Duplex(connection.Transport.Input, new DeafWriter(connection.Transport.Output));
        }

        return result;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class DeafWriter(PipeWriter inner) : PipeWriter
    {
        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await inner.FlushAsync(cancellationToken);
            }
            catch (ConnectionResetException)
            {
                // Nobody is told.
            }

            return default;
        }
    }
}
