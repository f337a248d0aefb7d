namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Where a router comes from: one of our own, or one that somebody else runs.</summary>
internal interface IRouterSource : IDisposable
{
    /// <summary>Runs until cancelled, with a new run whenever the router, or its SAM bridge, has ended.</summary>
    /// <param name="serve">What to do with a run. It lasts until its token is cancelled, or this returns.</param>
    /// <param name="interrupted">Told, as a sentence fit for logs, why a run ended or did not come about.</param>
    /// <param name="cancellationToken">Ends it, and a router of our own, and returns.</param>
    Task RunAsync(Func<RouterRun, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken);
}
