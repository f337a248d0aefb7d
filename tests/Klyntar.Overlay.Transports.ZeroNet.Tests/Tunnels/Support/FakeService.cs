using System.Threading.Channels;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A service that keeps its visitors for the test.</summary>
internal sealed class FakeService : ITunnelService, ITunnelServices
{
    private readonly Channel<(TunnelConnection Connection, int Port, ZeroNetAddress Visitor)> _visitors = Channel.CreateUnbounded<(TunnelConnection, int, ZeroNetAddress)>();
    private int _places = 1000;

    public ZeroNetPrivateKey Key { get; } = ZeroNetPrivateKey.Create();

    /// <summary>How many more visitors may come.</summary>
    public int Places { get => Volatile.Read(ref _places); set => Volatile.Write(ref _places, value); }

    public bool HasPort(int port) => port is 80 or 81;

    public bool TryTakePlace() => Interlocked.Decrement(ref _places) >= 0;

    public void GiveUpPlace() => Interlocked.Increment(ref _places);

    public void LetIn(TunnelConnection connection, int port, ZeroNetAddress visitor) => _visitors.Writer.TryWrite((connection, port, visitor)).Should().BeTrue();

    public bool TryFind(string site, out ITunnelService service)
    {
        service = this;
        return site == Key.Address.Text;
    }

    /// <summary>The next visitor.</summary>
    public Task<(TunnelConnection Connection, int Port, ZeroNetAddress Visitor)> VisitorAsync() => _visitors.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();

    /// <summary>A peer that gives tunnels to it.</summary>
    public AnsweringPeer Gateway()
    {
        AnsweringPeer peer = new();
        TunnelRequests? requests = null;
        foreach (string command in new[] { PeerCommands.Tunnel, PeerCommands.TunnelProof })
        {
            peer.Answers[command] = (request, _) => new((requests ??= new TunnelRequests(peer.Asker!, this, TimeProvider.System)).Answer(request));
        }

        return peer;
    }
}
