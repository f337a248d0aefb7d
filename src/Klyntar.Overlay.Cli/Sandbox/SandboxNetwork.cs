using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli;

/// <summary>One private overlay network of a sandbox, and the words in which a person is told of it.</summary>
internal abstract class SandboxNetwork : IAsyncDisposable
{
    private static readonly Dictionary<string, Func<int, SandboxNetwork>> Known = new(StringComparer.Ordinal)
    {
        ["tor"] = static _ => new SandboxTor(),
        ["i2p"] = static routers => new SandboxI2P(routers),
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

    /// <summary>The configuration section with which a gateway joins the network, once it is started.</summary>
    public abstract object Section { get; }

    /// <summary>The section of a second gateway, which publishes the node where the network has a place for a stranger; or null.</summary>
    public virtual object? StrangersSection => null;

    /// <summary>Completes, with the reason as a sentence, when a part of the network ends that was not told to.</summary>
    public abstract Task<string> Broken { get; }

    /// <summary>A network that is not started yet.</summary>
    /// <param name="name">The transport's name.</param>
    /// <param name="i2pRouters">How many routers one of I2P has.</param>
    public static SandboxNetwork Of(string name, int i2pRouters) => Known[name](i2pRouters);

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where it is kept.</param>
    /// <param name="programs">Finds its helper program.</param>
    /// <param name="progress">Told of its stages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It could not be started.</exception>
    public abstract Task StartAsync(string folder, IHelperPrograms programs, IProgress<SandboxStage> progress, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
