using Klyntar.Overlay.Gateway;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// What a person sees of a running gateway: how each transport and service comes up, the addresses with their QR codes
/// once they are published, and every change after that. Addresses are shown on terminals only: elsewhere the output may
/// be a log.
/// </summary>
internal sealed class UpView(IAnsiConsole console, bool isTerminal)
{
    private readonly Dictionary<string, string> _told = [];
    private readonly HashSet<string> _published = [];

    /// <summary>Whether something has failed for good.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Shows changes until the gateway ends, everything in it has failed, or the token is cancelled.</summary>
    public async Task ShowAsync(GatewayHost gateway, CancellationToken cancellationToken)
    {
        foreach (System.Net.EndPoint door in gateway.SocksEndPoints)
        {
            console.WriteLine($"SOCKS door on {door}");
        }

        await foreach (GatewayStatus status in gateway.Status.WatchAsync(cancellationToken))
        {
            foreach (TransportReport transport in status.Transports)
            {
                Tell(transport.Name, StatusView.State(transport));
            }

            foreach (ServiceReport service in status.Services)
            {
                Tell($"service {service.Name} on {service.Overlay}", StatusView.State(service));
                if (service.State == ServiceState.Published && _published.Add($"{service.Overlay}/{service.Name}"))
                {
                    ShowAddresses(service);
                }
            }

            if (status.Transports.Length > 0 && status.Transports.All(t => t.State == TransportState.Failed))
            {
                HasFailed = true;
                return;
            }
        }
    }

    private void Tell(string what, string state)
    {
        if (!_told.TryGetValue(what, out string? before) || before != state)
        {
            _told[what] = state;
            console.WriteLine($"{what}: {state}");
        }
    }

    private void ShowAddresses(ServiceReport service)
    {
        if (!isTerminal)
        {
            console.WriteLine("  its addresses: klyntar-overlay status");
            return;
        }

        foreach (ServicePortReport port in service.Ports)
        {
            console.WriteLine($"  {port.Host}:{port.Port} → {port.Target}");
        }

        foreach (string host in service.Ports.Select(p => p.Host).Distinct())
        {
            console.WriteLine(QrCode.Of(host));
        }
    }
}
