using System.Diagnostics;
using System.Net.Sockets;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// Three ways over one router: the gateway's door and service, a bare SAM client and service, and i2pd's own tunnels. One after
/// another, in an order that is shuffled for each round.
/// </summary>
internal static class I2PComparison
{
    private const int WarmDials = 50;
    private const int MostAttempts = 4;
    private const int SilentMilliseconds = 1_500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(I2PPlan plan, string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new AskedTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var startLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            startLimit.CancelAfter(I2PPlan.StartLimit);
            await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(new PrivateI2PNetworkOptions { I2pd = plan.I2pd }, startLimit.Token);
            await progress.WriteLineAsync(network.Program.Origin);
            await using GatewayOnI2P gateway = await GatewayOnI2P.StartAsync(launcher, folder.FullName, network, target.EndPoint, startLimit.Token);
            if (plan.Parts.Includes("dials") || plan.Parts.Includes("transfers"))
            {
                await using BareSamService bare = await BareSamService.StartAsync(network, startLimit.Token);
                ServiceDial[] ways = [gateway.Dial, bare.Dial(network), RouterTunnels.Open(network, target.EndPoint)];
                foreach (ServiceDial way in ways)
                {
                    await ReachAsync(way, startLimit.Token);
                }

                Compare(plan, ways, record, progress, cancellationToken);
            }

            if (plan.Parts.Includes("restart"))
            {
                await RestartAsync(plan, network, gateway, record, progress, cancellationToken);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(I2PPlan plan, ServiceDial[] ways, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        // Compilers that work while a program runs must have done so before it is measured.
        foreach (ServiceDial way in ways)
        {
            for (int i = 0; i < WarmDials; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                way.FirstByte();
            }

            way.Download(I2PPlan.TransferBytes);
        }

        var random = new Random(1);
        for (int round = 1; round <= plan.Rounds; round++)
        {
            progress.WriteLine($"Round {round} of {plan.Rounds}");
            if (plan.Parts.Includes("dials"))
            {
                Dictionary<string, List<double>> figures = ways.ToDictionary(w => w.Name, _ => new List<double>());
                for (int dial = 0; dial < I2PPlan.DialsPerRound; dial++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    random.Shuffle(ways);
                    foreach (ServiceDial way in ways)
                    {
                        figures[way.Name].Add(way.FirstByte());
                    }
                }

                foreach ((string name, List<double> milliseconds) in figures)
                {
                    record.Add(round, name, "i2p-first-byte.ms", Statistics.Of(milliseconds).Median);
                }
            }

            if (plan.Parts.Includes("transfers"))
            {
                foreach ((string metric, int streams) in ((string, int)[])[("i2p-1-stream.MB/s", 1), ("i2p-8-streams.MB/s", I2PPlan.Streams)])
                {
                    random.Shuffle(ways);
                    foreach (ServiceDial way in ways)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        record.Add(round, way.Name, metric, Download(way, streams, progress));
                    }
                }
            }
        }
    }

    // Megabytes a second of all streams together. A stream whose first packet is lost hangs, whosesoever it is: such a try counts for nobody.
    private static double Download(ServiceDial way, int streams, TextWriter progress)
    {
        for (int attempt = 1; ; attempt++)
        {
            long begin = Stopwatch.GetTimestamp();
            Task[] all = [.. Enumerable.Range(0, streams).Select(_ => Task.Factory.StartNew(
                () => way.Download(I2PPlan.TransferBytes / streams), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
            try
            {
                Task.WaitAll(all);
                return I2PPlan.TransferBytes / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e6;
            }
            catch (AggregateException e) when (attempt < MostAttempts)
            {
                progress.WriteLine($"A transfer of {way.Name} is done again: {e.InnerException!.Message}");
            }
        }
    }

    // One kill is both's: the bare client begins its sessions anew the moment that the router's bridge answers.
    private static async Task RestartAsync(I2PPlan plan, PrivateI2PNetwork network, GatewayOnI2P gateway, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        for (int kill = 1; kill <= plan.Kills; kill++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(I2PPlan.StartLimit);
            long begin = Stopwatch.GetTimestamp();
            await network.RestartRouterAsync(0, limit.Token);
            Task<double> through = ReachedAsync(gateway.Dial);
            await using BareSamService bare = await BareSamService.StartAsync(network, limit.Token);
            double alone = await ReachedAsync(bare.Dial(network));
            double seconds = await through;
            record.Add(kill, GatewayKind.Gateway, "i2p-restart.s", seconds);
            record.Add(kill, I2PCommand.BareSam, "i2p-restart.s", alone);
            await progress.WriteLineAsync($"Kill {kill} of {plan.Kills}: the gateway is reached again after {seconds:F1} s, SAM alone after {alone:F1} s");

            async Task<double> ReachedAsync(ServiceDial way)
            {
                await ReachAsync(way, limit.Token);
                return Stopwatch.GetElapsedTime(begin).TotalSeconds;
            }
        }
    }

    // A router consents before anybody is reached: one that stays silent is left for another.
    private static Task ReachAsync(ServiceDial way, CancellationToken cancellationToken) => Task.Run(async () =>
    {
        ServiceDial patient = way with { PatienceMilliseconds = SilentMilliseconds };
        while (true)
        {
            try
            {
                patient.FirstByte();
                return;
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }, cancellationToken);
}
