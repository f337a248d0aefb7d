using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// A leader's traffic: as many long-lived connections with small messages as a quorum has, while large blocks go to several peers on a circuit of their own. The
/// gateway's door beside the SOCKS port of its own tor, in turns, all connections being held throughout.
/// </summary>
internal static class ChainTraffic
{
    private const int Members = 127;
    private const int Peers = 4;
    private const int Rounds = 7;
    private const int BlockBytes = 256 * 1024;

    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(8);

    // Each member is asked some times a second, not all at once.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task RunAsync(string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new ChainTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var startLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            startLimit.CancelAfter(TorPlan.StartLimit);
            await using GatewayOnTor gateway = await GatewayOnTor.StartAsync(launcher, folder.FullName, target.EndPoint, new Dictionary<string, string> { [GatewayOnTor.Service] = "" }, startLimit.Token);
            string onion = gateway.Onions[GatewayOnTor.Service];
            using var through = new Way(GatewayKind.Gateway, user => new IsolatedDial(GatewayKind.Gateway, gateway.Door, user, "p", onion));
            using var direct = new Way(TorCommand.BareTor, user => new IsolatedDial(TorCommand.BareTor, gateway.TorSocks, user, "p", onion));
            Way[] ways = [through, direct];
            var random = new Random(1);
            for (int round = 0; round <= Rounds; round++)
            {
                random.Shuffle(ways);
                foreach (Way way in ways)
                {
                    Latency latency = await way.LoadAsync(cancellationToken);
                    await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Chain, round {round} of {Rounds}: {way.Name} {latency.P95:F1} ms, {way.LastMessages} messages, {way.LastBytes / 1e6:F1} MB of blocks"));

                    // The first one compiles and fills windows.
                    if (round > 0)
                    {
                        record.Add(round, way.Name, "chain.p50-ms", latency.P50);
                        record.Add(round, way.Name, "chain.p95-ms", latency.P95);
                        record.Add(round, way.Name, "chain.MB/s", way.LastBytes / 1e6 / RoundTime.TotalSeconds);
                    }
                }

                if (round > 0)
                {
                    record.Add(round, GatewayKind.Gateway, "chain.MB", ProcessCosts.ProportionalBytes(gateway.ProcessId) / 1e6);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The connections of one way.</summary>
    private sealed class Way : IDisposable
    {
        private readonly Socket[] _messages;
        private readonly Socket[] _blocks;
        private long _bytes;

        public Way(string name, Func<string, IsolatedDial> dialOf)
        {
            Name = name;
            IsolatedDial small = dialOf("small"), large = dialOf("large");
            _messages = [.. Enumerable.Range(0, Members).Select(_ => Open(small, ChainTarget.Messages))];
            _blocks = [.. Enumerable.Range(0, Peers).Select(_ => Open(large, ChainTarget.Blocks))];
        }

        public string Name { get; }

        public int LastMessages { get; private set; }

        public long LastBytes { get; private set; }

        public async Task<Latency> LoadAsync(CancellationToken cancellationToken)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _bytes = 0;
            var times = new List<double>[Members];
            Task[] asking = [.. _messages.Select((s, i) => AskAsync(s, times[i] = [], over.Token))];
            Task[] sending = [.. _blocks.Select(s => SendAsync(s, over.Token))];
            await Task.Delay(RoundTime, cancellationToken);
            await over.CancelAsync();
            await Task.WhenAll([.. asking, .. sending]);
            LastMessages = times.Sum(t => t.Count);
            LastBytes = _bytes;
            return Latency.Of(times.SelectMany(t => t));
        }

        public void Dispose()
        {
            foreach (Socket socket in (IEnumerable<Socket>)[.. _messages, .. _blocks])
            {
                socket.Dispose();
            }
        }

        private static Socket Open(IsolatedDial dial, byte kind)
        {
            // Tor's own port is a Unix socket, which delays nothing.
            Socket socket = dial.Connect();
            if (socket.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.NoDelay = true;
            }

            socket.Send([kind]);
            return socket;
        }

        private static async Task AskAsync(Socket socket, List<double> times, CancellationToken over)
        {
            byte[] question = new byte[ChainTarget.Question], answer = new byte[ChainTarget.Answer];
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(Pause * (0.5 + Random.Shared.NextDouble()), CancellationToken.None);
                long begin = Stopwatch.GetTimestamp();
                await socket.SendAsync(question, CancellationToken.None);
                for (int got = 0; got < answer.Length;)
                {
                    int more = await socket.ReceiveAsync(answer.AsMemory(got), CancellationToken.None);
                    got += more > 0 ? more : throw new InvalidOperationException("A connection of the chain's traffic ended.");
                }

                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        }

        private async Task SendAsync(Socket socket, CancellationToken over)
        {
            byte[] block = new byte[BlockBytes];
            while (!over.IsCancellationRequested)
            {
                Interlocked.Add(ref _bytes, await socket.SendAsync(block));
            }
        }
    }
}
