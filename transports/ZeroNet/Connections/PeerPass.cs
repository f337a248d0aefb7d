namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A place among the accepted connections, which its disposal gives back.</summary>
/// <param name="leave">Gives it back; told whether the connection is to count as never begun.</param>
internal sealed class PeerPass(Action<bool> leave) : IDisposable
{
    private Action<bool>? _leave = leave;

    /// <summary>Gives the place back, once, as of one that was no peer's after all but a visitor's: services have limits of their own.</summary>
    public void Excuse() => Interlocked.Exchange(ref _leave, null)?.Invoke(true);

    /// <summary>Gives the place back, once.</summary>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke(false);
}
