using System.Diagnostics;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Cli;

/// <summary>A private I2P network.</summary>
/// <param name="routers">How many routers it has: one or three.</param>
internal sealed class SandboxI2P(int routers) : SandboxNetwork
{
    private PrivateI2PNetwork? _network;

    public override string Name => "i2p";

    public override string Title => "I2P";

    public override string Joining => "the gateway has tunnels in I2P";

    public override string Publishing => routers == 1 ? "the node becomes an I2P destination" : "the node becomes an I2P destination on a stranger's router";

    public override string AddressWord => "I2P";

    public override object Section => SectionOf(Network.ClientOptions);

    public override bool HasStranger => routers != 1;

    public override Task<string> Broken => Network.Broken;

    private PrivateI2PNetwork Network => _network ?? throw new UnreachableException();

    public override async Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken)
    {
        var options = new PrivateI2PNetworkOptions { Programs = programs, Folder = folder, Progress = progress, Routers = routers };
        if (routers == 1)
        {
            // The page that is fetched in the end shows that it carries streams.
            options = options with { AwaitsStream = false };
        }
        else
        {
            options = options with { I2pd = PrivateI2PNetwork.NewerI2pd };
            await CheckNewerAsync(programs, cancellationToken);
        }

        _network = await PrivateI2PNetwork.StartAsync(options, cancellationToken);
    }

    public override Task<object> JoiningSectionAsync(GatewayHost gateway, CancellationToken cancellationToken) =>
        Task.FromResult<object>(SectionOf(HasStranger ? Network.ClientOptions with { Sam = Network.Sams[0] } : Network.ClientOptions));

    public override ValueTask DisposeAsync() => _network?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task CheckNewerAsync(IHelperPrograms programs, CancellationToken cancellationToken)
    {
        try
        {
            await programs.FindAsync(PrivateI2PNetwork.NewerI2pd, null, cancellationToken);
        }
        catch (OverlayException e)
        {
            throw new OverlayException($"Three I2P routers on one machine need the i2pd of Debian 13, unpacked beside. {e.Message} Leave --i2p-routers out: one router is a network too.", e);
        }
    }

    private static Dictionary<string, object> SectionOf(I2POptions options) => new()
    {
        ["sam"] = EndPointText.Format(options.Sam!),
        ["tunnelLength"] = options.TunnelLength,
        ["tunnelQuantity"] = options.TunnelQuantity,
        ["sessionOptions"] = options.SessionOptions,
    };
}
