using System.Collections.Concurrent;
using System.Net;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Tor as ZeroNet sees it, in memory: onions with keys of their own, and connections that end in both directions at once.</summary>
internal sealed class MemoryOnions
{
    private const string Tor = "tor";

    private readonly InMemoryOverlay _network = new(new InMemoryOptions { Name = Tor, Capabilities = new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true } });
    private readonly ConcurrentDictionary<string, string> _hosts = new(StringComparer.Ordinal);

    /// <summary>A gateway that has this Tor besides the transport under test.</summary>
    /// <param name="output">Where log lines go besides.</param>
    public (TestTransportContext Context, InMemoryTransport Tor) CreateContext(Action<string>? output)
    {
        InMemoryTransport tor = _network.CreateTransport();
        var key = Ed25519ExpandedKey.Create();
        string onion = OnionName.Of(key.PublicKey) + OnionName.Suffix;
        var context = new TestTransportContext(output: output)
        {
            Identities = _ => new Identity(Tor, onion, key.Bytes),
            Publisher = async (_, definition, cancellationToken) =>
            {
                Identity own = tor.Identities!.Create();
                PublishResult result = await tor.PublishAsync(definition with { Identity = own }, cancellationToken);
                _hosts[onion] = own.Address;
                return result.IsAccepted ? PublishResult.FromService(new OnionService(result.Service, onion)) : result;
            },
            Dialler = (request, cancellationToken) => request.EndPoint is DnsEndPoint name && _hosts.TryGetValue(name.Host, out string? host)
                ? tor.DialAsync(request with { EndPoint = tor.Parse(host, name.Port).EndPoint! }, cancellationToken)
                : ValueTask.FromResult<DialResult>(new DialError(DialErrorKind.NotFound, Tor)),
        };
        _ = tor.StartAsync(context, CancellationToken.None);
        return (context, tor);
    }
}
