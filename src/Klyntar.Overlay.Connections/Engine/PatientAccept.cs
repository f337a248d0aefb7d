using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>Accepts for a listener: waits out faults of single connections and a lack of descriptors, of which it keeps the last free.</summary>
/// <typeparam name="T">An accepted socket.</typeparam>
/// <param name="accept">Accepts one.</param>
/// <param name="number">A socket's descriptor.</param>
/// <param name="paused">Told of pauses.</param>
/// <param name="clock">Measures pauses.</param>
internal sealed class PatientAccept<T>(Func<CancellationToken, ValueTask<T>> accept, Func<T, long> number, Action<SocketException>? paused, TimeProvider clock)
    : IDisposable
    where T : class, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _isStopped;

    // Accepted with one of the last descriptors, and not given out before there are others.
    private T? _held;

    /// <summary>See <see cref="EngineListener.AcceptAsync"/>.</summary>
    public async ValueTask<T?> AcceptAsync(CancellationToken cancellationToken)
    {
        for (int failures = 0; !IsStopped; failures++)
        {
            try
            {
                if (_held is null)
                {
                    T accepted = await accept(cancellationToken);
                    if (!DescriptorReserve.IsReachedByAccept(number(accepted)))
                    {
                        return accepted;
                    }

                    _held = accepted;
                }
                else if (DescriptorReserve.AllowsAccept() && Interlocked.Exchange(ref _held, null) is { } held)
                {
                    return held;
                }

                await PauseAsync(SocketError.TooManyOpenSockets, failures, cancellationToken);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && IsStopped)
            {
                break;
            }
            catch (SocketException e) when (AcceptPause.After(e.SocketErrorCode, failures) is not null)
            {
                await PauseAsync(e.SocketErrorCode, failures, cancellationToken);
            }
        }

        Interlocked.Exchange(ref _held, null)?.Dispose();
        return null;
    }

    /// <summary>Ends accepting with null, now and later; the listener then closes its own socket.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
        {
            _stop.Cancel();
            Interlocked.Exchange(ref _held, null)?.Dispose();
        }
    }

    private bool IsStopped => Volatile.Read(ref _isStopped) != 0;

    private async ValueTask PauseAsync(SocketError error, int failuresBefore, CancellationToken cancellationToken)
    {
        if (AcceptPause.After(error, failuresBefore) is not TimeSpan pause || pause == TimeSpan.Zero)
        {
            return;
        }

        paused?.Invoke(new SocketException((int)error));
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await Task.Delay(pause, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
