using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// How long a service stays away when its tor is killed: the gateway's, and a bare tor which is started anew, and told of its service, the moment it has
/// ended. A third tor, which knew both services before, tells when each is reached again.
/// </summary>
internal static class RestartRace
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(TorPlan plan, string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        using var target = new AskedTarget();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ob-");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TorPlan.StartLimit + TorPlan.CircuitsLimit);
            await using GatewayOnTor gateway = await GatewayOnTor.StartAsync(launcher, folder.FullName, target.EndPoint, new Dictionary<string, string> { [GatewayOnTor.Service] = "" }, limit.Token);
            await using PlainTorClient observer = await gateway.Network.StartClientAsync(limit.Token);
            await using var bare = new BareService(gateway.Network, Path.Combine(folder.FullName, "b"), target.EndPoint);
            await bare.StartAsync(limit.Token);
            (string Name, Func<Task> KillAsync, string Onion)[] subjects =
            [
                (GatewayKind.Gateway, () => KillGatewaysTorAsync(Path.Combine(folder.FullName, "d", "tor", "torrc"), limit.Token), gateway.Onions[GatewayOnTor.Service]),
                (TorCommand.BareTor, () => bare.RestartAsync(limit.Token), bare.Onion),
            ];
            foreach ((_, _, string onion) in subjects)
            {
                await ReachAsync(onion);
            }

            var random = new Random(1);
            for (int round = 1; round <= plan.Starts; round++)
            {
                random.Shuffle(subjects);
                foreach ((string name, Func<Task> killAsync, string onion) in subjects)
                {
                    long begin = Stopwatch.GetTimestamp();
                    await killAsync();
                    await ReachAsync(onion);
                    double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
                    record.Add(round, name, "restart.s", seconds);
                    await progress.WriteLineAsync($"Kill {round} of {plan.Starts}: {name} reached again after {seconds:F2} s");
                }
            }

            async Task ReachAsync(string onion)
            {
                using Socket socket = await observer.DialUntilReachedAsync(onion, IsolatedDial.Port, limit.Token);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Tor's command line names the file of its configuration.
    private static async Task KillGatewaysTorAsync(string torrc, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (Process process in Process.GetProcessesByName("tor"))
            {
                using (process)
                {
                    if (CommandLine(process.Id).Contains(torrc, StringComparison.Ordinal))
                    {
                        process.Kill();
                        await process.WaitForExitAsync(cancellationToken);
                        return;
                    }
                }
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>A bare tor in a folder that is kept, and a service that it is told of the moment it listens.</summary>
    private sealed class BareService(PrivateTorNetwork network, string folder, IPEndPoint target) : IAsyncDisposable
    {
        private readonly Identity _identity = TorIdentityFormat.Instance.Create();
        private TorNode? _tor;

        public string Onion => _identity.Address;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var place = new TorNodeFolder(folder);
            _tor = await TorNode.StartAsync("bare", network.Program, place, SandboxTorrc.OfClient(network.ClientTorrc, place), TimeProvider.System, cancellationToken);
            byte[] key = TorIdentityFormat.Instance.Export(_identity, TorIdentityFormat.ControlFormat);
            await _tor.Control.ExecuteAsync(ControlCommand.AddOnion(new AddOnionRequest(key, [(IsolatedDial.Port, target.ToString())])), cancellationToken);
        }

        public async Task RestartAsync(CancellationToken cancellationToken)
        {
            await _tor!.KillAsync();
            await _tor.DisposeAsync();
            await StartAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => _tor?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
