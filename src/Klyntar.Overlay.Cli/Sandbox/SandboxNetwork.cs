using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli;

/// <summary>One private overlay network of a sandbox, and the words in which a person is told of it.</summary>
internal abstract class SandboxNetwork : IAsyncDisposable
{
    private const string Tor = "tor";

    private static readonly Dictionary<string, Func<IReadOnlyCollection<string>, int, SandboxNetwork>> Known = new(StringComparer.Ordinal)
    {
        [Tor] = static (_, _) => new SandboxTor(),
        ["i2p"] = static (_, routers) => new SandboxI2P(routers),
        ["zeronet"] = static (others, _) => new SandboxZeroNet(others.Contains(Tor) ? Tor : null),
    };

    /// <summary>The transports that there is a private network for.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>The transport's name.</summary>
    public abstract string Name { get; }

    /// <summary>The overlay's name in sentences.</summary>
    public abstract string Title { get; }

    /// <summary>What a gateway's transport does until it is ready.</summary>
    public abstract string Joining { get; }

    /// <summary>What the demonstration node becomes.</summary>
    public abstract string Publishing { get; }

    /// <summary>What the overlay calls an address.</summary>
    public abstract string AddressWord { get; }

    /// <summary>The form of an address for programs of the web, which write names in lower case.</summary>
    public virtual string InUrl(string address) => address;

    /// <summary>The configuration section with which a gateway joins the network, once it is started.</summary>
    public abstract object Section { get; }

    /// <summary>Whether the network has a place for a stranger: a second gateway, which publishes the node.</summary>
    public virtual bool HasStranger => false;

    /// <summary>The other overlay that the stranger needs; null for none.</summary>
    public virtual string? StrangersCarrier => null;

    /// <summary>The section of that stranger, or of whoever else joins when the first gateway runs.</summary>
    /// <param name="gateway">The first gateway.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<object> JoiningSectionAsync(GatewayHost gateway, CancellationToken cancellationToken) => Task.FromResult(Section);

    /// <summary>Completes, with the reason as a sentence, when a part of the network ends that was not told to.</summary>
    public abstract Task<string> Broken { get; }

    /// <summary>A network that is not started yet.</summary>
    /// <param name="name">The transport's name.</param>
    /// <param name="names">The names of all networks of the sandbox.</param>
    /// <param name="i2pRouters">How many routers one of I2P has.</param>
    public static SandboxNetwork Of(string name, IReadOnlyCollection<string> names, int i2pRouters) => Known[name](names, i2pRouters);

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where it is kept.</param>
    /// <param name="programs">Finds its helper program.</param>
    /// <param name="progress">Told of its stages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It could not be started.</exception>
    public abstract Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
