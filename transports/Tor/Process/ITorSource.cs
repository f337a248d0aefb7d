namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Where sessions with tor come from: a tor of our own, or one that somebody else runs.</summary>
internal interface ITorSource : IDisposable
{
    /// <summary>Where this tor hands visitors over.</summary>
    IVisitorDoors Doors { get; }

    /// <summary>Runs until cancelled, with a new session whenever tor or a session ends.</summary>
    /// <param name="serve">What to do with a session; it is closed when this returns.</param>
    /// <param name="interrupted">Told, as a sentence fit for logs, why a session ended or did not come about.</param>
    /// <param name="cancellationToken">Ends it, and a tor of our own, and returns.</param>
    Task RunAsync(Func<TorSession, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken);
}
