using System.Globalization;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Sees that everything is there for visitors: through the other gateway, and from a bare tor.</summary>
internal static class SoakReach
{
    // A directory may have an old descriptor for a moment, and the bare tor one from long ago.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <exception cref="SoakFailedException">A service is not published, has another address, or cannot be reached.</exception>
    public static async Task AllAsync(SoakGateways gateways, PlainTorClient bare, CancellationToken cancellationToken)
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

                doing = $"{route.Name} is reached through the other gateway";
                await UntilAsync(user => SoakTraffic.TryEchoAsync(route, route.Through.TryDialAsync(route.Onion, route.Port, user, limit.Token), limit.Token), limit.Token);
                doing = $"{route.Name} is reached from a bare tor";
                await UntilAsync(user => SoakTraffic.TryEchoAsync(route, bare.TryDialAsync(route.Onion, route.Port, user, limit.Token), limit.Token), limit.Token);
            }
        }
        catch (OperationCanceledException) when (Debug(gateways))
        {
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SoakFailedException($"It took longer than {Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s until {doing}.");
        }
    }

    private static bool Debug(SoakGateways gateways) { Console.WriteLine(string.Join("|", gateways.Client.Status.Current.Transports[0].Notes)); return false; }

    private static async Task UntilAsync(Func<string, Task<bool>> attempt, CancellationToken cancellationToken)
    {
        for (int i = 0; !await attempt(string.Create(CultureInfo.InvariantCulture, $"attempt {i}")); i++)
        {
            await Task.Delay(RetryInterval, cancellationToken);
        }
    }
}
