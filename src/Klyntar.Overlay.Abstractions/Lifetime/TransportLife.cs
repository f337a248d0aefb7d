using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay;

/// <summary>
/// The life that all transports have: started once, ended once, and in between what the start made, for which dials may wait. A transport keeps one and hands its own
/// <see cref="ITransport.StartAsync"/> and <see cref="IAsyncDisposable.DisposeAsync"/> on to it. Safe to call from several threads at once.
/// </summary>
/// <typeparam name="T">What the start makes, such as whatever dials and whatever publishes.</typeparam>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and is asked after the end as well.")]
public sealed partial class TransportLife<T>
    where T : class
{
    private readonly string _transport;
    private readonly Action<TransportStatus> _complete;
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource<T?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _starting;
    private volatile Task? _ending;

    /// <summary>Makes a life that has not begun.</summary>
    /// <param name="transport">The transport's name.</param>
    /// <param name="complete">Takes the last status. Later ones are to be ignored, as <see cref="StatusSource{T}.Complete"/> does.</param>
    public TransportLife(string transport, Action<TransportStatus> complete)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(complete);
        _transport = transport;
        _complete = complete;
        Over = _over.Token;
    }

    /// <summary>Cancelled when the transport ends. May be asked and linked after that, too.</summary>
    public CancellationToken Over { get; }

    /// <summary>What the start made; null before it has, where it failed, and once the transport ends.</summary>
    public T? Current => !IsOver && _started.Task is { IsCompletedSuccessfully: true, Result: { } made } ? made : null;

    // What is awaited may see the token before the caller of the end has its task.
    private bool IsOver => _ending is not null || Over.IsCancellationRequested;

    /// <summary>Starts. Where that fails the transport has failed, for which the last status gives the reason.</summary>
    /// <param name="begin">Makes what the transport consists of; its token also ends with the transport. Called on a thread of the pool.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    /// <exception cref="ObjectDisposedException">It has ended.</exception>
    public Task StartAsync(Func<CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begin);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);
            return _starting = _starting is null ? BeginAsync(begin, cancellationToken) : throw new InvalidOperationException("A transport is started once.");
        }
    }

    /// <summary>Waits for the start, as long as a dial may.</summary>
    /// <returns>What the start made; null where <see cref="Refuse(CancellationToken)"/> says why there is none.</returns>
    public async ValueTask<T?> WaitAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_started.Task.IsCompleted)
        {
            using CancellationTokenSource patience = request.Deadline.CreateLinkedSource(cancellationToken, Over);
            await ((Task)_started.Task.WaitAsync(patience.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Current;
    }

    /// <summary>Why a dial is given up that got nothing from <see cref="WaitAsync"/>, or was cancelled later by its deadline, its caller or the transport's end.</summary>
    /// <param name="cancellationToken">The caller's own.</param>
    public DialError Refuse(CancellationToken cancellationToken) => new(
        cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
        : IsOver ? DialErrorKind.TransportFailed
        : !_started.Task.IsCompleted ? DialErrorKind.TransportNotReady
        : Current is null ? DialErrorKind.TransportFailed
        : DialErrorKind.TimedOut,
        _transport);

    /// <summary>Why a publication is refused: it was given up, or the transport does not run.</summary>
    /// <param name="definition">What was to be published.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public PublishError Refuse(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return cancellationToken.IsCancellationRequested
            ? new PublishError(PublishErrorKind.Cancelled, $"The publication of service {definition.Name} was given up. Publish it again.")
            : PublishError.NotRunning(_transport, definition);
    }

    /// <summary>Runs what goes on as long as the transport lives. An exception fails the transport and nothing else: an <see cref="OverlayException"/> with its own sentence, any other as the fault that it is.</summary>
    /// <param name="run">Given <see cref="Over"/>.</param>
    /// <param name="logger">Told of exceptions.</param>
    public async Task RunAsync(Func<CancellationToken, Task> run, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(logger);
        try
        {
            await run(Over).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Over.IsCancellationRequested)
        {
            // It ends.
        }
        catch (OverlayException e)
        {
            LogStopped(logger, _transport, e.Message);
            _complete(new TransportStatus.Failed(e.Message));
        }
#pragma warning disable CA1031 // A bug, contained: the transport is failed, the gateway goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(logger, e, _transport);
            _complete(new TransportStatus.Failed($"Transport {_transport} failed in a way it should not; the log has the details. Restart the gateway, and please report it."));
        }
    }

    /// <summary>Ends: <see cref="Over"/> is cancelled, a start under way is awaited, and the last status is set. May be called again and before the start.</summary>
    /// <param name="end">Ends what the start made, and awaits what runs. Called once.</param>
    public Task EndAsync(Func<Task> end)
    {
        ArgumentNullException.ThrowIfNull(end);
        lock (_gate)
        {
            return _ending ??= EndCoreAsync(end);
        }
    }

    private async Task BeginAsync(Func<CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Over);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            _started.TrySetResult(await begin(either.Token).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            _started.TrySetResult(null);
            _complete(e is OperationCanceledException
                ? TransportStatus.Stopped
                : new TransportStatus.Failed(e is OverlayException ? e.Message : $"Transport {_transport} could not be started; the log says why."));
            throw;
        }
    }

    private async Task EndCoreAsync(Func<Task> end)
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _over.CancelAsync().ConfigureAwait(false);
        await (_starting ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await end().ConfigureAwait(false);
        }
        finally
        {
            _complete(TransportStatus.Stopped);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Transport {Transport} has stopped: {Why}")]
    private static partial void LogStopped(ILogger logger, string transport, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Transport {Transport} failed in a way it should not.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string transport);
}
