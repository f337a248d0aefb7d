using System.Diagnostics;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// The gateway's SOCKS door beside the SOCKS port of its own tor: pairs of dials and of transfers over the very same circuit,
/// in shuffled order. Each circuit is a round, with the medians of its pairs.
/// </summary>
internal static class CircuitComparison
{
    // More than the runtime compiles in stages for.
    private const int WarmDials = 200;
    private const int WarmTransfers = 4;

    public static async Task RunAsync(TorPlan plan, string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new AskedTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var startLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            startLimit.CancelAfter(TorPlan.StartLimit);
            await using GatewayOnTor gateway = await GatewayOnTor.StartAsync(launcher, folder.FullName, target.EndPoint, new Dictionary<string, string> { [GatewayOnTor.Service] = "" }, startLimit.Token);
            await WarmAsync(gateway, cancellationToken);
            var random = new Random(1);
            long start = Stopwatch.GetTimestamp();
            for (int circuit = 1; circuit <= plan.Circuits; circuit++)
            {
                if (Stopwatch.GetElapsedTime(start) > TorPlan.CircuitsLimit)
                {
                    await progress.WriteLineAsync($"This machine is slow now: only {circuit - 1} of {plan.Circuits} circuits were measured.");
                    break;
                }

                await progress.WriteLineAsync($"Circuit {circuit} of {plan.Circuits}");
                (IsolatedDial direct, IsolatedDial through) = await gateway.OpenCircuitAsync(cancellationToken);
                IsolatedDial[] ways = [direct, through];
                Compare("tor-first-byte.ms", TorPlan.DialsPerCircuit, way => way.FirstByte());
                Compare("tor-down.MB/s", TorPlan.TransfersPerCircuit, way => way.Download(TorPlan.TransferBytes));
                Compare("tor-up.MB/s", TorPlan.TransfersPerCircuit, way => way.Upload(TorPlan.TransferBytes));

                void Compare(string metric, int pairs, Func<IsolatedDial, double> measure)
                {
                    Dictionary<string, List<double>> figures = ways.ToDictionary(w => w.Name, _ => new List<double>());
                    for (int pair = 0; pair < pairs; pair++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        random.Shuffle(ways);
                        foreach (IsolatedDial way in ways)
                        {
                            figures[way.Name].Add(measure(way));
                        }
                    }

                    record.Add(circuit, direct.Name, metric, Statistics.Of(figures[direct.Name]).Median);
                    record.Add(circuit, through.Name, metric, Statistics.Of(figures[through.Name]).Median);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Compilers that work while a program runs must have done so before it is measured.
    private static async Task WarmAsync(GatewayOnTor gateway, CancellationToken cancellationToken)
    {
        (IsolatedDial direct, IsolatedDial through) = await gateway.OpenCircuitAsync(cancellationToken);
        for (int i = 0; i < WarmDials; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            through.FirstByte();
        }

        for (int i = 0; i < WarmTransfers; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            through.Download(TorPlan.TransferBytes);
            through.Upload(TorPlan.TransferBytes);
        }

        direct.FirstByte();
    }
}
