using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Bench;

/// <summary>Fifty services on one tor: the gateway's, half of which tell their visitors apart, and fifty ADD_ONIONs on a bare tor. An observer reaches each, one after the other.</summary>
internal static class ManyServices
{
    private const int Count = 50;

    public static async Task RunAsync(string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new AskedTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TorPlan.StartLimit + TorPlan.CircuitsLimit);
            var services = Enumerable.Range(0, Count).ToDictionary(i => string.Create(CultureInfo.InvariantCulture, $"s{i}"), i => i % 2 == 0 ? "" : """, "perVisitor": {}""");
            long begin = Stopwatch.GetTimestamp();
            await using GatewayOnTor gateway = await GatewayOnTor.StartAsync(launcher, folder.FullName, target.EndPoint, services, limit.Token);
            await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Count} services published {Stopwatch.GetElapsedTime(begin).TotalSeconds:F1} s after their network began to start"));
            await using PlainTorClient observer = await gateway.Network.StartClientAsync(limit.Token);
            record.Add(1, GatewayKind.Gateway, "services-50.reach-s", await ReachAsync(gateway.Onions.Values));
            record.Add(1, GatewayKind.Gateway, "services-50.MB", ProcessCosts.ProportionalBytes(gateway.ProcessId) / 1e6);

            await using PlainTorClient bare = await gateway.Network.StartClientAsync(limit.Token);
            var onions = new List<string>();
            for (int i = 0; i < Count; i++)
            {
                onions.Add(await bare.AddOnionAsync(new Dictionary<int, IPEndPoint> { [IsolatedDial.Port] = target.EndPoint }, limit.Token));
            }

            using (Socket last = await observer.DialUntilReachedAsync(onions[^1], IsolatedDial.Port, limit.Token))
            {
            }

            onions.RemoveAt(onions.Count - 1);
            record.Add(1, TorCommand.BareTor, "services-50.reach-s", await ReachAsync(onions) * Count / onions.Count);

            async Task<double> ReachAsync(IEnumerable<string> all)
            {
                long start = Stopwatch.GetTimestamp();
                foreach (string onion in all)
                {
                    using Socket socket = await observer.DialUntilReachedAsync(onion, IsolatedDial.Port, limit.Token);
                }

                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
