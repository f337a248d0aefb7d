using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>Runs one transport and contains it: whatever its code throws becomes a value, and the gateway lives on.</summary>
internal sealed partial class TransportHost : IAsyncDisposable
{
    /// <summary>Why there is no answer of a transport's, as a detail of a failed dial.</summary>
    public const string Thrown = "the transport threw an exception or hangs";

    private readonly ITransport _transport;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TransportFaults _faults;
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private readonly Lock _statusLock = new();
    private TransportStatus _told = TransportStatus.NotStarted;
    private string? _hanging;
    private ImmutableArray<string> _notes = [];

    /// <param name="transport">The transport.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where its faults are told.</param>
    /// <param name="isPlugin">Whether it does not come with the gateway: then it is not waited for longer than it should take.</param>
    /// <exception cref="TransportHangsException">It does not say what it is.</exception>
    public TransportHost(ITransport transport, TimeProvider clock, ILogger logger, bool isPlugin = false)
    {
        _clock = clock;
        _logger = logger;
        _faults = new TransportFaults(transport.Name, logger);
        if (isPlugin)
        {
            StrayExceptions.Take(transport, _faults);
        }

        _transport = isPlugin ? new ContainedTransport(transport, _faults, clock, OnHanging) : transport;
        Name = _transport.Name;
        Capabilities = _transport.Capabilities;
        Suffixes = _transport.Suffixes is { IsDefault: false } suffixes ? suffixes : [];
        NeverBlocks = _transport.NeverBlocks;
        LogBudget = new LogBudget(_faults, clock);
    }

    public string Name { get; }

    public TransportCapabilities Capabilities { get; }

    /// <summary>As <see cref="ITransport.Suffixes"/>.</summary>
    public ImmutableArray<string> Suffixes { get; }

    /// <summary>Whether it may be called on an engine's loop.</summary>
    public bool NeverBlocks { get; }

    /// <summary>The transport's status; failed where it could not start or its own status threw.</summary>
    public IStatus<TransportStatus> Status => _status;

    /// <summary>How much it may log.</summary>
    public LogBudget LogBudget { get; }

    /// <summary>As <see cref="ITransport.Notes"/>, and what its code has done that it should not.</summary>
    public ImmutableArray<string> Notes
    {
        get
        {
            ImmutableArray<string> notes = [.. OwnNotes(), .. _faults.Notes];

            // The same array for the same notes: reports are compared by it.
            return _notes = notes.SequenceEqual(_notes) ? _notes : notes;
        }
    }

    /// <summary>Null where the overlay is only dialled.</summary>
    public IIdentityFormat? Identities => _transport.Identities;

    /// <summary>Starts the transport. What goes wrong is in <see cref="Status"/>.</summary>
    /// <param name="context">Makes what the gateway lends; a fault of the environment that it meets is the transport's.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public async Task StartAsync(Func<ITransportContext> context, CancellationToken cancellationToken)
    {
        // Elsewhere: its status is its code too.
        _following = Task.Run(FollowAsync, CancellationToken.None);
        try
        {
            // A transport that pays no heed to its token does not hold the gateway's end up.
            await _transport.StartAsync(context(), cancellationToken).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _status.Complete(TransportStatus.Stopped);
        }
        catch (OverlayException e)
        {
            LogStartFailed(Name, e.Message);
            _status.Complete(new TransportStatus.Failed(e.Message));
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.StartAsync), e);
            _status.Complete(new TransportStatus.Failed($"It failed in a way it should not: {AsSentence(e.Message)} The log has the details; please report it."));
        }
    }

    /// <summary>As <see cref="ITransport.Parse(string, int)"/>.</summary>
    /// <param name="host">A host name.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    /// <param name="query">What was written behind it for the overlay; null for nothing.</param>
    /// <param name="parsed">The answer.</param>
    /// <returns>Whether the transport answered. Where it did not, the name may be its or not, so that no other way may be tried.</returns>
    public bool TryParse(string host, int port, string? query, out ParsedHost parsed)
    {
        try
        {
            parsed = query is null ? _transport.Parse(host, port) : _transport.Parse(host, port, query);
            return true;
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.Parse), e);
            parsed = default;
            return false;
        }
    }

    /// <summary>As <see cref="ITransport.EndPointsOf"/>; a transport that throws tells of none.</summary>
    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        try
        {
            return _transport.EndPointsOf(definition) is { IsDefault: false } endPoints ? endPoints : [];
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.EndPointsOf), e);
            return [];
        }
    }

    /// <summary>As <see cref="ITransport.DialAsync"/>.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.DialAsync(request, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The contract wants a value here; an exception for it does no harm.
            return new DialError(DialErrorKind.Cancelled, Name);
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.DialAsync), e);
            return new DialError(DialErrorKind.Internal, Name, Thrown);
        }
    }

    /// <summary>As <see cref="ITransport.PublishAsync"/>.</summary>
    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.PublishAsync(definition, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new PublishError(PublishErrorKind.Cancelled, $"The publication of {definition.Name} on {Name} was given up.");
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.PublishAsync), e);
            return new PublishError(PublishErrorKind.Internal, $"{Name} failed to publish {definition.Name} in a way it should not: {AsSentence(e.Message)} The log has the details; please report it.");
        }
    }

    /// <summary>As <see cref="ITransport.NewCircuitsAsync"/>.</summary>
    public async ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.NewCircuitsAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new NewCircuitsResult(NewCircuitsOutcome.Cancelled, "The wish for new circuits was given up.");
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.NewCircuitsAsync), e);
            return new NewCircuitsResult(NewCircuitsOutcome.Internal, $"It failed in a way it should not: {AsSentence(e.Message)} The log has the details; please report it.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!await EndTime.SeeAsync(_transport.DisposeAsync().AsTask(), _clock))
            {
                LogStuck(Name);
            }
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(IAsyncDisposable.DisposeAsync), e);
        }

        await _stop.CancelAsync();
        await _following;
        _status.Complete(_status.Current is TransportStatus.Failed failed ? failed : TransportStatus.Stopped);
        _stop.Dispose();
    }

    private static string AsSentence(string message) => message.EndsWith('.') ? message : $"{message}.";

    private ImmutableArray<string> OwnNotes()
    {
        try
        {
            return _transport.Notes is { IsDefault: false } told ? told : [];
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.Notes), e);
            return [];
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (TransportStatus status in _transport.Status.WatchAsync(_stop.Token))
            {
                if (!status.Equals(_told))
                {
                    LogChange(status);
                }

                lock (_statusLock)
                {
                    _told = status;
                    Tell();
                }
            }
        }
        catch (Exception e)
        {
            _faults.Threw(nameof(ITransport.Status), e);
            _status.Complete(new TransportStatus.Failed("Its status failed in a way it should not. The log has the details; please report it."));
        }
    }

    // A plugin that hangs says of itself what it said before.
    private void OnHanging(string? member)
    {
        lock (_statusLock)
        {
            _hanging = member;
            Tell();
        }
    }

    private void Tell() => _status.Set(_hanging is null || _told.IsFinal
        ? _told
        : new TransportStatus.Degraded($"{_hanging} does not return, so that nobody is served. Restart the gateway if it lasts."));

    private void LogChange(TransportStatus status)
    {
        switch (status)
        {
            case TransportStatus.Starting starting:
                LogStarting(Name, starting.Progress, starting.What);
                break;
            case TransportStatus.Degraded degraded:
                LogDegraded(Name, degraded.Why);
                break;
            case TransportStatus.Failed failed:
                LogFailed(Name, failed.Why);
                break;
            default:
                LogStatus(Name, status);
                break;
        }
    }
}
