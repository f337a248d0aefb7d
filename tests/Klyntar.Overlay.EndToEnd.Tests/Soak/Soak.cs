using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>
/// Kills, hangs and restarts the tors of two gateways at random while traffic goes between them. Every service has to come back under its
/// address, and nothing may be left behind.
/// </summary>
internal sealed class Soak(SoakOptions options, PrivateTor network, TextWriter output) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // The pool's threads go after 20 s without work.
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly SoakFigures _figures = new();
    private readonly RecentLog _serverLog = new("server", TimeProvider.System);
    private readonly RecentLog _clientLog = new("client", TimeProvider.System);

    /// <summary>Runs it.</summary>
    /// <returns>Whether all went well; if not, the output says what did not.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunStagesAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Tell($"FAILED (seed {options.Seed}): {(e is SoakFailedException ? e.Message : e)}");
            await output.WriteLineAsync($"The last lines of the gateways' logs:\n{_serverLog}\n{_clientLog}");
            return false;
        }
    }

    public void Dispose()
    {
        _serverLog.Dispose();
        _clientLog.Dispose();
    }

    private async Task RunStagesAsync(CancellationToken cancellationToken)
    {
        await using SoakGateways gateways = await SoakGateways.StartAsync(network, _serverLog, _clientLog, cancellationToken);
        Tell($"two gateways are up, with {gateways.Routes.Count} routes to services; seed {options.Seed}");
        await TrafficAsync(gateways, new SoakFigures(), c => Task.Delay(WarmUp, c), cancellationToken);
        await SoakReach.AllAsync(gateways, cancellationToken);
        Holdings before = await SettleAsync(gateways, null, cancellationToken);
        Tell($"before: {before}");

        try
        {
            await DisturbAsync(gateways, cancellationToken);
            await SoakReach.AllAsync(gateways, cancellationToken);
        }
        finally
        {
            await output.WriteLineAsync(_figures.ToString());
        }

        Tell("every service is back under its address, through the other gateway and from a bare tor");
        if (Elapsed > options.Limit)
        {
            throw new SoakFailedException(string.Create(CultureInfo.InvariantCulture, $"It took {Elapsed.TotalMinutes:0.0} min until every service was back, and {options.Limit.TotalMinutes:0.0} min were allowed."));
        }

        Holdings after = await SettleAsync(gateways, before, cancellationToken);
        Tell($"after:  {after}");
        Check(after.BeyondThatOf(before));
        await EndAsync(gateways, before);
        Check(new[] { _serverLog.FirstError, _clientLog.FirstError }.OfType<string>().Select(e => $"an error was logged: {e}"));
        Tell("nothing is left behind");
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    private async Task DisturbAsync(SoakGateways gateways, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(options.Limit - Elapsed);
        (SoakEvent[] first, SoakEvent[] second) = SoakPlan.Draw(options.Events, options.Seed);
        var server = new SoakVictim("server", gateways.Server, _figures, Tell);
        var client = new SoakVictim("client", gateways.Client, _figures, Tell);
        try
        {
            await TrafficAsync(gateways, _figures, c => BothAsync(s => server.RunAsync(first, s), s => client.RunAsync(second, s), c), late.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SoakFailedException(string.Create(CultureInfo.InvariantCulture, $"Only {server.Done + client.Done} of {options.Events} events were over within {options.Limit.TotalMinutes:0.0} min."));
        }
    }

    /// <summary>Does both; where one fails, the other is ended.</summary>
    private static async Task BothAsync(Func<CancellationToken, Task> one, Func<CancellationToken, Task> other, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] both = [one(stop.Token), other(stop.Token)];
        Task first = await Task.WhenAny(both);
        if (!first.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        await Task.WhenAll(both);
    }

    /// <summary>Lets traffic run until something else is over.</summary>
    private static async Task TrafficAsync(SoakGateways gateways, SoakFigures figures, Func<CancellationToken, Task> until, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task traffic = new SoakTraffic(gateways.Routes, Environment.TickCount, figures).RunAsync(stop.Token);
        Task other = until(stop.Token);
        await Task.WhenAny(other, traffic);
        await stop.CancelAsync();
        await Task.WhenAll(other, traffic).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await traffic;
        await other;
    }

    private async Task<Holdings> SettleAsync(SoakGateways gateways, Holdings? before, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            bool isOver = Stopwatch.GetElapsedTime(began) > SettlePatience;
            if (gateways.IsQuiet && Holdings.Take(gateways.Folder) is var now && (isOver || before is null || !now.BeyondThatOf(before).Any()))
            {
                return now;
            }

            if (isOver)
            {
                throw new SoakFailedException("Connections are open that nobody uses any more.");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private static async Task EndAsync(SoakGateways gateways, Holdings before)
    {
        string[] folders = [gateways.Server.TransportFolder, gateways.Client.TransportFolder];
        await gateways.EndAsync();
        Check(folders.SelectMany(TorProcess.Of).Select(id => $"tor, as process {id}"));
        IReadOnlySet<string> files = Holdings.FilesOf(gateways.Folder);
        Check(files.Where(f => !before.Files.Contains(f) || f.Contains("/tor/services/", StringComparison.Ordinal) || f.Contains("/tor/run/", StringComparison.Ordinal)).Select(f => $"the file {f}"));
    }

    private static void Check(IEnumerable<string> faults)
    {
        if (string.Join("; ", faults) is { Length: > 0 } all)
        {
            throw new SoakFailedException($"What is left: {all}.");
        }
    }

    private void Tell(string line) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s  {line}"));
}
