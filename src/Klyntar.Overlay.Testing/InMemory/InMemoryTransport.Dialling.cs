using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Testing;

public sealed partial class InMemoryTransport
{
    /// <inheritdoc/>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not InMemoryEndPoint endPoint || endPoint.Overlay != Name)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        CancellationToken life;
        lock (_gate)
        {
            if (_disposal is not null)
            {
                return Error(DialErrorKind.TransportFailed);
            }

            life = _life.Token;
        }

        string identity = VisitorIdentity;
        if (Capabilities.DialAs && request.DialAs is { } own)
        {
            if (IdentityOf(own) is not { } known)
            {
                return Error(DialErrorKind.NotAllowed, $"it does not publish the service {own}");
            }

            identity = known;
        }

        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, life);
        try
        {
            return await DialAsync(endPoint, request.Isolation, identity, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Error(
                cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
                : life.IsCancellationRequested ? DialErrorKind.TransportFailed
                : IsUp ? DialErrorKind.TimedOut
                : DialErrorKind.TransportNotReady);
        }
    }

    private async Task<DialResult> DialAsync(InMemoryEndPoint endPoint, IsolationKey isolation, string identity, CancellationToken wait)
    {
        wait.ThrowIfCancellationRequested();
        if (await WaitForHelperAsync(wait).ConfigureAwait(false) is null)
        {
            return Error(DialErrorKind.TransportFailed);
        }

        InMemoryFaults faults = Overlay.Faults;
        if (faults.NeverAnswers)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, Clock, wait).ConfigureAwait(false);
        }

        await Task.Delay(faults.DialLatency, Clock, wait).ConfigureAwait(false);
        if (faults.Refusal is { } refusal)
        {
            return Error(refusal);
        }

        if (Overlay.Find(endPoint.Host) is not { } found)
        {
            return Error(DialErrorKind.NotFound);
        }

        InMemoryService service = found.Service;
        if (!service.IsReachable)
        {
            return Error(DialErrorKind.Unreachable);
        }

        int port = found.Port ?? endPoint.Port;
        if (!service.Definition.Ports.Contains(port))
        {
            return Error(DialErrorKind.PortClosed);
        }

        InMemoryLink link = new(Overlay.Options, faults, Clock, PathFor(isolation));
        link.Start(faults.HalfOpen ? [this] : [this, service.Transport]);
        link.Dialled.RemoteEndPoint = endPoint;
        if (faults.HalfOpen)
        {
            return link.Dialled;
        }

        Visitor visitor = new(link.Accepted, port, Capabilities.VisitorIdentity ? identity : null);
        bool isIn = false;
        try
        {
            isIn = await service.EnterAsync(visitor, link, wait).ConfigureAwait(false);
            return isIn ? link.Dialled : Error(DialErrorKind.Unreachable);
        }
        finally
        {
            if (!isIn)
            {
                link.Break();
            }
        }
    }

    /// <summary>Keeps a link for as long as it lives, so that losing the helper breaks it.</summary>
    internal void Attach(InMemoryLink link)
    {
        _links.TryAdd(link, 0);
        if (!IsUp)
        {
            link.Break();
        }
    }

    internal void Detach(InMemoryLink link) => _links.TryRemove(link, out _);

    private int PathFor(IsolationKey isolation)
    {
        IsolationKey key = Capabilities.Isolation ? isolation : IsolationKey.Shared;
        lock (_gate)
        {
            if (!_paths.TryGetValue(key, out int path))
            {
                _paths.Add(key, path = Overlay.NewPath());
            }

            return path;
        }
    }

    private string? IdentityOf(string service)
    {
        lock (_gate)
        {
            return _services.Values.FirstOrDefault(s => s.Definition.Name == service)?.EndPoints[0].Host;
        }
    }

    private DialError Error(DialErrorKind kind, string? detail = null)
    {
        LogFailed(kind);
        return new DialError(kind, Name, detail);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Ready.")]
    private partial void LogReady();

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The helper has ended and is being started again.")]
    private partial void LogLost();

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Publishing service {Service}.")]
    private partial void LogPublishing(string service);

    [LoggerMessage(EventId = 4, Level = LogLevel.Debug, Message = "A dial has failed: {Kind}.")]
    private partial void LogFailed(DialErrorKind kind);
}
