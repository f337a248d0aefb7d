using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// The command <c>sandbox</c>, and beside it on the same network a bare tor that starts at the same moment as the gateway's,
/// publishes and dials what it has published. Both clocks start when the command begins to start the network.
/// </summary>
internal static class SandboxRace
{
    // What the command says when it begins, and when the page has come.
    private const string Begins = "A private Tor network on this machine";
    private const string Answered = "The node answered through Tor";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(TorPlan plan, string launcher, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        HelperProgram tor = await new HelperPrograms(new HelperProgramOptions()).FindAsync("tor", null, cancellationToken);
        for (int start = 1; start <= plan.Starts; start++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TorPlan.StartLimit);
            DirectoryInfo folder = Directory.CreateTempSubdirectory("overlay-bench-");
            try
            {
                (double bare, double gateway) = await RaceAsync(launcher, tor, folder.FullName, progress, limit.Token);
                record.Add(start, TorCommand.BareTor, "sandbox.page-s", bare);
                record.Add(start, GatewayKind.Gateway, "sandbox.page-s", gateway);
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Start {start} of {plan.Starts}: the bare tor's onion reached after {bare:F2} s, the gateway's page after {gateway:F2} s"));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task<(double Bare, double Gateway)> RaceAsync(string launcher, HelperProgram tor, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        TaskCompletionSource<long> began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<long> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string sandbox = Path.Combine(folder, "s");
        await using DemoNode node = await DemoNode.StartAsync("the bare tor's node", cancellationToken);
        await using HelperProcess gateway = await GatewayProcess.StartAsync(launcher, ["sandbox", "--folder", sandbox, "--socks-port", "0"], folder, OnOutput, cancellationToken);
        Task<long> bare = ReachAsync(tor, sandbox, Path.Combine(folder, "b"), node, cancellationToken);
        long start = await GatewayProcess.WhileRunningAsync(gateway, began.Task, cancellationToken);
        long[] ends = await GatewayProcess.WhileRunningAsync(gateway, Task.WhenAll(bare, answered.Task), cancellationToken);
        return (Stopwatch.GetElapsedTime(start, ends[0]).TotalSeconds, Stopwatch.GetElapsedTime(start, ends[1]).TotalSeconds);

        void OnOutput(string line)
        {
            long now = Stopwatch.GetTimestamp();
            if (line.StartsWith(Begins, StringComparison.Ordinal))
            {
                began.TrySetResult(now);
            }
            else if (line.StartsWith(Answered, StringComparison.Ordinal))
            {
                answered.TrySetResult(now);
            }
            else if (line.StartsWith("done ", StringComparison.Ordinal) || line.StartsWith("FAILED", StringComparison.Ordinal))
            {
                progress.WriteLine($"  {line}");
            }
        }
    }

    // One tor that hosts and dials, as the gateway's does: as few processes, and the same work.
    private static async Task<long> ReachAsync(HelperProgram tor, string sandbox, string folder, DemoNode node, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> joining = await JoiningAsync(Path.Combine(sandbox, "join.json"), cancellationToken);
        await using PlainTorClient client = await PlainTorClient.StartAsync(tor, joining, new TorNodeFolder(folder), TimeProvider.System, cancellationToken);
        string onion = await client.AddOnionAsync(new Dictionary<int, IPEndPoint> { [80] = node.EndPoint }, cancellationToken);
        using Socket reached = await client.DialUntilReachedAsync(onion, 80, cancellationToken);
        return Stopwatch.GetTimestamp();
    }

    // The command writes it as soon as the network is up, and then starts its gateway.
    private static async Task<IReadOnlyCollection<string>> JoiningAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                using JsonDocument join = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
                return [.. join.RootElement.GetProperty("transports").GetProperty("tor").GetProperty("torrc").EnumerateArray().Select(l => l.GetString()!)];
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }
}
