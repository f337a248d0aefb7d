using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Times starts: <c>measure RUNS [fresh]</c>. From nothing to an onion service that answers at another client.</summary>
internal static class Measurements
{
    public const string Mode = "measure";

    public static async Task<int> RunAsync(string[] args)
    {
        int runs = int.Parse(args[0], CultureInfo.InvariantCulture);
        bool fresh = args.Contains("fresh");
        var totals = new List<double>();
        for (int run = 0; run < runs; run++)
        {
            string keys = Directory.CreateTempSubdirectory("klyntar-measure-").FullName;
            TimeProvider clock = TimeProvider.System;
            long began = clock.GetTimestamp();
            await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(NetworkFixture.Options with { KeyCacheFolder = fresh ? keys : null });
            await using DemoNode node = await DemoNode.StartAsync();
            Task<PlainTorClient> starting = network.StartClientAsync();
            await using PlainTorClient service = await network.StartClientAsync();
            await using PlainTorClient client = await starting;
            TimeSpan clients = clock.GetElapsedTime(began);
            string onion = await service.AddOnionAsync(new Dictionary<int, IPEndPoint> { [80] = node.EndPoint });
            using HttpClient http = client.CreateHttpClient();
            bool mine = node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/")));
            TimeSpan reached = clock.GetElapsedTime(began);
            totals.Add(reached.TotalSeconds);
            await Console.Out.WriteLineAsync($"{(mine ? "reached" : "WRONG PAGE")} {reached.TotalSeconds:0.00} s; clients at {clients.TotalSeconds:0.00} s; network {PrivateTorNetworkTests.Describe(network.Timings)}");
            Directory.Delete(keys, recursive: true);
        }

        totals.Sort();
        await Console.Out.WriteLineAsync($"{runs} runs: median {totals[runs / 2]:0.0} s, {totals[0]:0.0} to {totals[^1]:0.0} s");
        return 0;
    }
}
