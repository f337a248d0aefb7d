using System.Diagnostics;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Cli;

/// <summary>A private I2P network.</summary>
internal sealed class SandboxI2P : SandboxNetwork
{
    private PrivateI2PNetwork? _network;

    public override string Name => "i2p";

    public override string Title => "I2P";

    public override string Joining => "the gateway has tunnels in I2P";

    public override string Publishing => "the node becomes an I2P destination";

    public override string AddressWord => "I2P";

    public override object Section
    {
        get
        {
            I2POptions options = Network.ClientOptions;
            return new Dictionary<string, object>
            {
                ["sam"] = EndPointText.Format(options.Sam!),
                ["tunnelLength"] = options.TunnelLength,
                ["tunnelQuantity"] = options.TunnelQuantity,
                ["sessionOptions"] = options.SessionOptions,
            };
        }
    }

    public override Task<string> Broken => Network.Broken;

    private PrivateI2PNetwork Network => _network ?? throw new UnreachableException();

    // The page that is fetched in the end shows that it carries streams.
    public override async Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken) =>
        _network = await PrivateI2PNetwork.StartAsync(new PrivateI2PNetworkOptions { Programs = programs, Folder = folder, Progress = progress, AwaitsStream = false }, cancellationToken);

    public override ValueTask DisposeAsync() => _network?.DisposeAsync() ?? ValueTask.CompletedTask;
}
