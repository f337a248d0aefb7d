using System.Diagnostics;
using System.Globalization;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A gateway to whose tor things are done, one after the other.</summary>
internal sealed class SoakVictim(string name, TestGateway gateway, SoakFigures figures, Action<string> tell)
{
    // A hung tor is noticed after a heartbeat of 20 s and an answer awaited for 30 s; the rest is the next tor's.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>How many events are over.</summary>
    public int Done { get; private set; }

    /// <summary>Does all of them, and waits after each until everything is ready again.</summary>
    /// <exception cref="SoakFailedException">It did not come back.</exception>
    public async Task RunAsync(IReadOnlyList<SoakEvent> events, CancellationToken cancellationToken)
    {
        foreach (SoakEvent soakEvent in events)
        {
            await Task.Delay(soakEvent.After, cancellationToken);
            int tor = await OnlyTorAsync(cancellationToken);
            (int? gone, long since) = await DoAsync(soakEvent, tor, cancellationToken);
            TimeSpan after = await ReadyAgainAsync(soakEvent, gone, since, cancellationToken);
            Done++;
            figures.OnReady(soakEvent.Kind, after);
            tell(string.Create(CultureInfo.InvariantCulture, $"{name}: {soakEvent.Kind}, ready again after {after.TotalSeconds:0.00} s"));
        }
    }

    /// <summary>Waits until there is exactly one tor: for a moment, the one that has ended may be seen.</summary>
    private Task<int> OnlyTorAsync(CancellationToken cancellationToken) => TorProcess.AfterAsync(gateway.TransportFolder, former: 0, cancellationToken);

    /// <returns>The tor that must not be there any more when all is ready, where there is one, and when the last blow fell.</returns>
    private async Task<(int? Gone, long Since)> DoAsync(SoakEvent soakEvent, int tor, CancellationToken cancellationToken)
    {
        switch (soakEvent.Kind)
        {
            case SoakEventKind.Pause:
                await PauseAsync(tor);
                return (null, Stopwatch.GetTimestamp());
            case SoakEventKind.Terminate:
                Signals.Terminate(tor);
                return (tor, Stopwatch.GetTimestamp());
            case SoakEventKind.Hang:
                Signals.Suspend(tor);
                return (tor, Stopwatch.GetTimestamp());
            case SoakEventKind.CutControl:
                OwnSockets.Break(TorObserver.ControlSocket(gateway.TransportFolder)).Should().Be(1, "a gateway has one control connection");
                return (tor, Stopwatch.GetTimestamp());
        }

        OtherProcess.Kill(tor);
        long since = Stopwatch.GetTimestamp();
        if (soakEvent.Kind == SoakEventKind.Kill)
        {
            return (tor, since);
        }

        int next = await TorProcess.AfterAsync(gateway.TransportFolder, tor, cancellationToken);
        if (soakEvent.Kind != SoakEventKind.KillTwice)
        {
            await Task.Delay(soakEvent.Into, cancellationToken);
        }

        switch (soakEvent.Kind)
        {
            case SoakEventKind.PauseInStartUp:
                await PauseAsync(next);
                return (tor, Stopwatch.GetTimestamp());
            case SoakEventKind.HangInStartUp:
                Signals.Suspend(next);
                break;
            default:
                OtherProcess.Kill(next);
                break;
        }

        return (next, Stopwatch.GetTimestamp());

        async Task PauseAsync(int process)
        {
            Signals.Suspend(process);
            try
            {
                await Task.Delay(soakEvent.For, cancellationToken);
            }
            finally
            {
                Signals.Resume(process);
            }
        }
    }

    private async Task<TimeSpan> ReadyAgainAsync(SoakEvent soakEvent, int? gone, long since, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await gateway.WaitForAsync(s => s.IsReady && TorProcess.Of(gateway.TransportFolder) is [var tor] && tor != gone, limit.Token);
            if (gone is null)
            {
                // It was ready all the time: whether tor is, its answer shows.
                await TorObserver.ProcessIdAsync(gateway.TransportFolder, limit.Token);
            }

            return Stopwatch.GetElapsedTime(since);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SoakFailedException($"{name} is not ready {Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s after {soakEvent}: {Describe(gateway.Status.Current)} Its tors: {string.Join(", ", TorProcess.Of(gateway.TransportFolder))}.");
        }
    }

    private static string Describe(GatewayStatus status) =>
        string.Join(' ', [.. status.Transports.Select(t => $"{t.Name} {t.State} ({t.Detail})"), .. status.Services.Select(s => $"{s.Name} {s.State} ({s.Detail})")]);
}
