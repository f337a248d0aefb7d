using System.Net;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// What a person sees of a running gateway: how each transport and service comes up, the addresses with their QR codes once
/// they are published, and every change after that. Addresses are shown on terminals only: elsewhere the output may be a log.
/// </summary>
internal sealed class UpView(StepList steps, bool showAddresses)
{
    private readonly Dictionary<string, StepList.Step> _running = [];
    private readonly Dictionary<string, string> _told = [];
    private readonly HashSet<string> _published = [];
    private readonly Queue<ServiceReport> _unshown = [];

    /// <summary>Shows changes until the gateway ends.</summary>
    /// <param name="status">The gateway's status.</param>
    /// <param name="cancellationToken">Ends the view.</param>
    /// <exception cref="OverlayException">Every transport has failed for good.</exception>
    public async Task ShowAsync(IStatus<GatewayStatus> status, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<GatewayStatus> changes = status.WatchAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            await steps.ShowAsync(() => FollowAsync(changes, IsSettled));
        }
        finally
        {
            EndSteps();
            ShowPublished();
        }

        await FollowAsync(changes, _ => false);
    }

    internal static string DoorLine(EndPoint door) => $"SOCKS door on {EndPointText.Format(door)}";

    private static bool IsSettled(GatewayStatus status) =>
        status.Transports.All(t => t.State is not (TransportState.NotStarted or TransportState.Starting))
        && status.Services.All(s => s.State is not ServiceState.Publishing);

    /// <returns>Whether the end was that which is awaited, and not the gateway's.</returns>
    private async Task<bool> FollowAsync(IAsyncEnumerator<GatewayStatus> changes, Func<GatewayStatus, bool> isEnd)
    {
        while (await changes.MoveNextAsync())
        {
            Show(changes.Current);
            if (isEnd(changes.Current))
            {
                return true;
            }

            ShowPublished();
        }

        return false;
    }

    private void Show(GatewayStatus status)
    {
        foreach (TransportReport transport in status.Transports)
        {
            Show(transport.Name, transport.State switch
            {
                TransportState.NotStarted or TransportState.Starting => null,
                TransportState.Failed => false,
                _ => true,
            }, StatusView.State(transport), $"{transport.State} {transport.Detail}");
        }

        foreach (ServiceReport service in status.Services)
        {
            Show($"service {service.Name} on {service.Overlay}", service.State switch
            {
                ServiceState.Publishing => null,
                ServiceState.Failed => false,
                _ => true,
            }, StatusView.State(service), $"{service.State} {service.Detail}");
            if (service.State == ServiceState.Published && _published.Add($"{service.Overlay}/{service.Name}"))
            {
                _unshown.Enqueue(service);
            }
        }

        if (status.Transports.Length > 0 && status.Transports.All(t => t.State == TransportState.Failed))
        {
            EndSteps();
            throw new OverlayException(string.Join(' ', status.Transports.Select(t => $"The transport {t.Name} failed: {t.Detail}")));
        }
    }

    /// <param name="what">What it is about.</param>
    /// <param name="outcome">Whether it has come up, or null while it is on the way.</param>
    /// <param name="state">Its state, for people.</param>
    /// <param name="key">Tells a change that is worth a line from one that is not: progress alone is none.</param>
    private void Show(string what, bool? outcome, string state, string key)
    {
        bool isFirst = !_told.TryGetValue(what, out string? before);
        if (steps.IsLive && (_running.ContainsKey(what) || isFirst))
        {
            ShowStep(what, outcome, state);
        }
        else if (before != key)
        {
            steps.Tell($"{what}: {state}");
        }

        _told[what] = key;
    }

    private void ShowStep(string what, bool? outcome, string state)
    {
        if (!_running.TryGetValue(what, out StepList.Step? step))
        {
            _running[what] = step = steps.Begin(what);
        }

        step.Detail = state;
        if (outcome is { } hasComeUp)
        {
            _running.Remove(what);
            if (hasComeUp)
            {
                step.Done();
            }

            step.Dispose();
        }
    }

    private void EndSteps()
    {
        foreach (StepList.Step step in _running.Values)
        {
            step.Dispose();
        }

        _running.Clear();
    }

    private void ShowPublished()
    {
        while (_unshown.TryDequeue(out ServiceReport? service))
        {
            foreach (string note in service.Notes)
            {
                steps.Tell($"service {service.Name} on {service.Overlay}: {note}");
            }

            if (showAddresses)
            {
                ShowAddresses(service);
            }
        }
    }

    private void ShowAddresses(ServiceReport service)
    {
        IEnumerable<string> addresses = service.Ports.GroupBy(p => p.Host).Select(host => $"{string.Join('\n', StatusView.Address(host))}\n{QrCode.Of(host.Key)}");
        steps.Tell($"\nservice {service.Name} on {service.Overlay}:\n{string.Join('\n', addresses)}");
    }
}
