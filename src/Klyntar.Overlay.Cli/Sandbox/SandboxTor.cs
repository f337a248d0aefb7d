using System.Diagnostics;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli;

/// <summary>A private Tor network.</summary>
internal sealed class SandboxTor : SandboxNetwork
{
    private PrivateTorNetwork? _network;

    public override string Name => "tor";

    public override string Title => "Tor";

    public override string Joining => "tor joins the network";

    public override string Publishing => "the node becomes an onion service";

    public override string AddressWord => "Onion";

    public override object Section => new Dictionary<string, object> { ["torrc"] = Network.ClientTorrc };

    public override Task<string> Broken => Network.Broken;

    private PrivateTorNetwork Network => _network ?? throw new UnreachableException();

    public override async Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken) =>
        _network = await PrivateTorNetwork.StartAsync(new PrivateTorNetworkOptions { Programs = programs, Folder = folder, Progress = progress }, cancellationToken);

    public override ValueTask DisposeAsync() => _network?.DisposeAsync() ?? ValueTask.CompletedTask;
}
