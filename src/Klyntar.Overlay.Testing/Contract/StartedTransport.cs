namespace Klyntar.Overlay.Testing;

/// <summary>A transport that runs, and the context it runs in. Disposing ends both.</summary>
public sealed class StartedTransport : IAsyncDisposable
{
    private readonly SemaphoreSlim _hosting = new(1);
    private ContractHost? _host;

    private StartedTransport(ITransport transport, TestTransportContext context)
    {
        Transport = transport;
        Context = context;
    }

    /// <summary>The transport.</summary>
    public ITransport Transport { get; }

    /// <summary>Its context.</summary>
    public TestTransportContext Context { get; }

    /// <summary>Starts a transport and waits until it is ready.</summary>
    /// <param name="transport">A transport that was never started. Owned from here on, also where the start fails.</param>
    /// <param name="context">Its context. Owned likewise.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">The transport has failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before it was ready.</exception>
    public static async Task<StartedTransport> StartAsync(ITransport transport, TestTransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(context);
        var started = new StartedTransport(transport, context);
        try
        {
            await transport.StartAsync(context, cancellationToken).ConfigureAwait(false);
            await foreach (TransportStatus status in transport.Status.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                if (status.IsReady)
                {
                    return started;
                }

                if (status.IsFinal)
                {
                    throw new OverlayException($"Transport {transport.Name} did not become ready: {status}");
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new OverlayException($"Transport {transport.Name} ended its status before it was ready: {transport.Status.Current}");
        }
        catch
        {
            await started.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The service that is kept here until the end, made where there is none yet.</summary>
    internal async Task<ContractHost> KeepHostAsync(Func<Task<ContractHost>> publish)
    {
        await _hosting.WaitAsync().ConfigureAwait(false);
        try
        {
            return _host ??= await publish().ConfigureAwait(false);
        }
        finally
        {
            _hosting.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_host is not null)
            {
                await _host.DisposeAsync().ConfigureAwait(false);
            }

            _hosting.Dispose();
            await Transport.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Context.Dispose();
        }
    }
}
