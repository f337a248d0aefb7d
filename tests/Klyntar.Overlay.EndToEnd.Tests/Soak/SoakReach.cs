using System.Globalization;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Sees that everything is there for visitors: through the other gateway, and from a bare tor.</summary>
internal static class SoakReach
{
    // A directory may have an old descriptor for a moment, and the bare tor one from long ago.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // Circuits to a tor that was killed may hang instead of failing.
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <exception cref="SoakFailedException">A service is not published, has another address, or cannot be reached.</exception>
    public static async Task AllAsync(SoakGateways gateways, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        string doing = "both gateways become ready";
        try
        {
            await Task.WhenAll(gateways.Server.WaitForAsync(s => s.IsReady, limit.Token), gateways.Client.WaitForAsync(s => s.IsReady, limit.Token));
            foreach (SoakRoute route in gateways.Routes)
            {
                if (route.At.Onion(route.Service) != route.Onion)
                {
                    throw new SoakFailedException($"{route.Service} has another address than before.");
                }

                doing = $"{route.Name} is reached";
                await UntilReachedAsync(route, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SoakFailedException($"It took longer than {Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s until {doing}.");
        }
    }

    private static async Task UntilReachedAsync(SoakRoute route, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            attempt.CancelAfter(AttemptPatience);
            try
            {
                string user = string.Create(CultureInfo.InvariantCulture, $"attempt {i}");
                if (await SoakTraffic.TryEchoAsync(route, route.DialAsync(user, attempt.Token), attempt.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another attempt takes other circuits.
            }

            await Task.Delay(RetryInterval, cancellationToken);
        }
    }
}
