using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>One run of tor, or one connection to it, seen through its control port: connected and authenticated.</summary>
/// <param name="control">The control connection.</param>
/// <param name="phase">How far tor had come when the session was opened.</param>
/// <param name="findSocks">Finds out where tor takes dials.</param>
internal sealed class TorSession(TorControlConnection control, BootstrapPhase phase, Func<CancellationToken, ValueTask<EndPoint>> findSocks) : IAsyncDisposable
{
    private const int MostVersion = 64;

    /// <summary>The control connection. What was published over it ends with it, and so does a tor of our own.</summary>
    public TorControlConnection Control => control;

    /// <summary>How far tor had come when the session was opened; STATUS_CLIENT events tell the rest.</summary>
    public BootstrapPhase Phase => phase;

    /// <summary>The pluggable transports that this run is to launch, of which TRANSPORT_LAUNCHED events tell.</summary>
    public ImmutableArray<string> Plugins { get; init; } = [];

    /// <summary>How many bridges this run is to reach one of; 0 where it needs none, or where they are not ours.</summary>
    public int Bridges { get; init; }

    /// <summary>The events that tor was asked for, and has granted. Who asks for others asks for these again.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Told once tor has joined its network, so that its end, unless it follows at once, is no failure to start.</summary>
    public Action OnWorking { get; set; } = () => { };

    /// <summary>Tor's version, or null.</summary>
    public string? Version { get; init; }

    /// <summary>Tor's version as it may be shown: it is whatever the control port says.</summary>
    public string ShownVersion => Version is { Length: > 0 and <= MostVersion } ? LogText.Redact(Version) : "of unknown version";

    /// <summary>What can be expected of this tor.</summary>
    public TorTraits Traits { get; init; } = new();

    /// <summary>Where tor takes dials. It opens its SOCKS port with the network, so this is asked when tor has joined that.</summary>
    /// <exception cref="ControlException">Tor does not say, or the connection ends.</exception>
    public ValueTask<EndPoint> FindSocksAsync(CancellationToken cancellationToken) => findSocks(cancellationToken);

    /// <summary>Closes the control connection.</summary>
    public ValueTask DisposeAsync() => control.DisposeAsync();
}
