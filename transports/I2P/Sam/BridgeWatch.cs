namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Watches a router by a connection to its bridge: the bridge's end is seen at once, and a router that hangs by a question now and then.</summary>
internal static class BridgeWatch
{
    // So asked, i2pd does not take the connection for a forgotten one.
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(30);

    /// <summary>Serves for as long as the router is well.</summary>
    /// <param name="connection">A greeted connection for this alone.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="serve">What to do. Its token is cancelled when the router ends or hangs.</param>
    /// <param name="cancellationToken">Ends both.</param>
    /// <exception cref="SamException">The bridge has ended, or does not answer in time.</exception>
    public static async Task ServeAsync(SamConnection connection, TimeProvider clock, Func<CancellationToken, Task> serve, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task serving = serve(either.Token);
        Task watching = WatchAsync(connection, clock, either.Token);
        Task first = await Task.WhenAny(serving, watching);
        await either.CancelAsync();
        await Task.WhenAll(serving, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private static async Task WatchAsync(SamConnection connection, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            using (CancellationTokenSource pause = Deadline.After(BetweenQuestions, clock).CreateLinkedSource(cancellationToken))
            {
                try
                {
                    await connection.ReadAsync("idle", pause.Token);
                    throw SamException.Of("idle", SamViolation.OtherAnswer);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Nothing came, as it should be.
                }
            }

            if (connection.Version >= SamVersions.Extended)
            {
                await connection.PingAsync(cancellationToken);
            }
            else
            {
                await connection.LookUpAsync(SamConnection.Myself, cancellationToken);
            }
        }
    }
}
