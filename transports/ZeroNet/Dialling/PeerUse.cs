namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The use of a connection to a peer. The connection ends when nobody uses it any more.</summary>
/// <param name="connection">The connection.</param>
/// <param name="leave">Ends the use; called once.</param>
internal sealed class PeerUse(PeerConnection connection, Func<ValueTask> leave) : IAsyncDisposable
{
    private int _isOver;

    /// <summary>The connection, which is not the user's to end, and which others may use at once.</summary>
    public PeerConnection Connection => connection;

    /// <summary>Uses it no more.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isOver, 1) == 0 ? leave() : ValueTask.CompletedTask;
}
