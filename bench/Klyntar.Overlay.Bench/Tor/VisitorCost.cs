using System.Diagnostics;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// What it costs the gateway to tell visitors apart: connections to services of one gateway with the same target, of which one has limits for each visitor and another
/// shows them to its target by addresses.
/// They are dialled through tor's own port, so that nothing but the service's side is the gateway's.
/// </summary>
internal static class VisitorCost
{
    public const string Apart = GatewayKind.Gateway;
    public const string Alike = "visitors alike";
    public const string Addressed = "source addresses";

    private const string Told = "told";
    private const string Shown = "shown";
    private const int Rounds = 10;
    private const int Connections = 400;
    private const int WarmConnections = 1_500;

    public static async Task RunAsync(string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new AskedTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var startLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            startLimit.CancelAfter(TorPlan.StartLimit);
            var services = new Dictionary<string, string>
            {
                [GatewayOnTor.Service] = "",
                [Told] = """, "perVisitor": { "connections": 100000, "connectionsPerMinute": 1000000 }""",
                [Shown] = """, "visitorsAs": "sourceAddress" """,
            };
            await using GatewayOnTor gateway = await GatewayOnTor.StartAsync(launcher, folder.FullName, target.EndPoint, services, startLimit.Token);
            IsolatedDial[] ways = [Way(Alike, GatewayOnTor.Service), Way(Apart, Told), Way(Addressed, Shown)];
            foreach (IsolatedDial way in ways)
            {
                _ = Cost(way, WarmConnections);
            }

            var random = new Random(1);
            long start = Stopwatch.GetTimestamp();
            for (int round = 1; round <= Rounds && Stopwatch.GetElapsedTime(start) < TorPlan.CircuitsLimit; round++)
            {
                await progress.WriteLineAsync($"Visitors, round {round} of {Rounds}");
                random.Shuffle(ways);
                foreach (IsolatedDial way in ways)
                {
                    record.Add(round, way.Name, "visit.cpu-us", Cost(way, Connections));
                }
            }

            IsolatedDial Way(string name, string service) => new(name, gateway.TorSocks, name, "p", gateway.Onions[service]);

            double Cost(IsolatedDial way, int connections)
            {
                double before = ProcessCosts.CpuSeconds(gateway.ProcessId);
                for (int i = 0; i < connections; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    way.FirstByte();
                }

                return (ProcessCosts.CpuSeconds(gateway.ProcessId) - before) / connections * 1e6;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
