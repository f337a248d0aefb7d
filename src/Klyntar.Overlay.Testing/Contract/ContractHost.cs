using System.Collections.Concurrent;

namespace Klyntar.Overlay.Testing;

/// <summary>
/// A published service whose visitors say who they are: overlays may try a dial more than once, so a service may see visitors
/// that nobody waits for.
/// </summary>
internal sealed class ContractHost(IPublishedService service, TimeSpan patience) : IAsyncDisposable
{
    private const int NonceLength = 16;
    private const string NoAnswer = "No dial was answered.";

    // After so long without a visitor, an overlay's unconfirmed "connected" was none.
    private static readonly TimeSpan Unconfirmed = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Visitor>> _expected = new();
    private readonly ConcurrentBag<Task> _greetings = [];
    private readonly Lock _gate = new();
    private Task? _accepting;
    private string _lastDial = NoAnswer;
    private bool _isDisposed;

    public IPublishedService Service { get; } = service;

    /// <summary>Done once the service accepts no more, which it says by null.</summary>
    public Task AcceptingEnded => _accepting ?? Task.CompletedTask;

    /// <summary>How far a connection has come that is not there yet, as sentences: the last dial, and the service.</summary>
    public string Progress => $"{Volatile.Read(ref _lastDial)} The service's status is: {Service.Status.Current}";

    /// <summary>Dials until connected, and finds the visitor that the service sees.</summary>
    public async Task<Wire> ConnectAsync(StartedTransport dialler, int index, IsolationKey isolation, string? dialAs, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _accepting ??= AcceptAsync();
        }

        bool isUnconfirmed = dialler.Transport.Capabilities.UnconfirmedDials;
        while (true)
        {
            Microsoft.AspNetCore.Connections.ConnectionContext dialled = await DialAsync(dialler, index, isolation, dialAs, cancellationToken).ConfigureAwait(false);
            if (await MeetAsync(dialled, isUnconfirmed ? Unconfirmed : Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false) is { } wire)
            {
                Volatile.Write(ref _lastDial, NoAnswer);
                return wire;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (_accepting is not null)
        {
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_greetings).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Service.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Finds the visitor that a dialled connection is; null where nobody came in time.</summary>
    private async Task<Wire?> MeetAsync(Microsoft.AspNetCore.Connections.ConnectionContext dialled, TimeSpan most, CancellationToken cancellationToken)
    {
        var nonce = Guid.NewGuid();
        var arrival = new TaskCompletionSource<Visitor>(TaskCreationOptions.RunContinuationsAsynchronously);
        _expected[nonce] = arrival;
        Wire? wire = null;
        try
        {
            await dialled.Transport.Output.WriteAsync(nonce.ToByteArray(), cancellationToken).ConfigureAwait(false);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task first = await Task.WhenAny(arrival.Task, _accepting!, Task.Delay(most, TimeProvider.System, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (first == _accepting)
            {
                await _accepting.ConfigureAwait(false);
                throw new InvalidOperationException("A dial was answered, but the service ended before the visitor came.");
            }

            wire = first == arrival.Task ? new Wire(dialled, await arrival.Task.ConfigureAwait(false)) : null;
        }
        finally
        {
            _expected.TryRemove(nonce, out _);
            if (wire is null)
            {
                await dialled.DisposeAsync().ConfigureAwait(false);
            }
        }

        return wire;
    }

    private async Task<Microsoft.AspNetCore.Connections.ConnectionContext> DialAsync(StartedTransport dialler, int index, IsolationKey isolation, string? dialAs, CancellationToken cancellationToken)
    {
        Deadline deadline = Deadline.After(patience, TimeProvider.System);
        while (true)
        {
            var request = new DialRequest(Service.EndPoints[index])
            {
                Isolation = isolation,
                DialAs = dialAs,
                Deadline = Deadline.After(patience, dialler.Context.Clock),
            };
            DialResult result = await dialler.Transport.DialAsync(request, cancellationToken).ConfigureAwait(false);
            if (result.IsConnected)
            {
                Volatile.Write(ref _lastDial, "The last dial was connected, but its first bytes came to no visitor that the service accepted.");
                return result.Connection;
            }

            Volatile.Write(ref _lastDial, $"The last dial failed as {result.Error.Kind}: {result.Error}");
            if (!result.Error.Kind.IsTransient() || deadline.IsOver)
            {
                throw new InvalidOperationException($"A published service must be reachable. {Progress}");
            }

            // A refusal may come at once; the overlay needs a moment, and so does the machine.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await Service.AcceptAsync(_stop.Token).ConfigureAwait(false) is { } visitor)
            {
                _greetings.Add(GreetAsync(visitor));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task GreetAsync(Visitor visitor)
    {
        bool isExpected = false;
        try
        {
            byte[] nonce = await Wire.ReadAsync(visitor.Connection, NonceLength, _stop.Token).ConfigureAwait(false);
            isExpected = _expected.TryRemove(new Guid(nonce), out TaskCompletionSource<Visitor>? arrival) && arrival.TrySetResult(visitor);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // A dial that was given up: another follows.
        }
        finally
        {
            if (!isExpected)
            {
                await visitor.Connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
