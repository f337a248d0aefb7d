namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A place among the accepted connections, which its disposal gives back.</summary>
/// <param name="leave">Gives it back.</param>
internal sealed class PeerPass(Action leave) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>Gives the place back, once.</summary>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
