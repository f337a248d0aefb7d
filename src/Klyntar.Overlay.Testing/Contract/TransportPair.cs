namespace Klyntar.Overlay.Testing;

/// <summary>Two running transports on one network: one publishes, the other dials.</summary>
/// <param name="Publisher">Publishes.</param>
/// <param name="Dialler">Dials. May be the publisher itself where an overlay lets one reach oneself.</param>
public sealed record TransportPair(StartedTransport Publisher, StartedTransport Dialler) : IAsyncDisposable
{
    /// <summary>Ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Dialler.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Publisher.DisposeAsync().ConfigureAwait(false);
        }
    }
}
