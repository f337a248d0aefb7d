using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerOpenerTests
{
    private static readonly PeerLocation There = PeerLocation.Of(Peers.Address, 15441);

    private readonly FakeLeg _leg = new();
    private readonly AnsweringPeer _own = new();
    private readonly PeerOpener _opener;

    public PeerOpenerTests() => _opener = new PeerOpener([_leg], static _ => Peers.Options() with { Self = new PeerSelf { Clock = TimeProvider.System, FileServerPort = 26552, Onion = "abc" } }, _own.For);

    [Fact]
    public async Task A_peer_that_encrypts_is_dialled_once()
    {
        _leg.Put(There, new AnsweringPeer());
        (PeerUse? use, _) = await OpenAsync();
        await using PeerUse met = use!;
        met.Connection.ChannelBinding.Should().NotBeNull();
        _leg.Dialled.Should().Equal(There);
    }

    [Fact]
    public async Task A_peer_that_knows_no_TLS_is_dialled_again_in_clear()
    {
        _leg.Put(There, new AnsweringPeer(), encrypts: false);
        (PeerUse? use, _) = await OpenAsync();
        await using PeerUse met = use!;
        met.Connection.ChannelBinding.Should().BeNull();
        (await met.Connection.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        _leg.Dialled.Should().Equal(There, There);
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_dialled_once()
    {
        (PeerUse? use, DialError? error) = await OpenAsync();
        use.Should().BeNull();
        error!.Kind.Should().Be(DialErrorKind.Unreachable);
        _leg.Dialled.Should().Equal(There);
    }

    [Fact]
    public async Task A_peer_that_encrypts_and_then_hangs_up_or_breaks_the_protocol_is_not_asked_in_clear()
    {
        foreach ((byte[] said, DialErrorKind kind) in new[] { (Array.Empty<byte>(), DialErrorKind.Unreachable), (new byte[] { 1 }, DialErrorKind.ProtocolViolation) })
        {
            _leg.Dialled.Clear();
            (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
            _leg.Places[There] = _ => ValueTask.FromResult<DialResult>(dialled);
            Task<(PeerUse? Use, DialError? Error)> opening = OpenAsync();
            await using (SslStream tls = new(new LegStream(accepted)))
            {
                await tls.AuthenticateAsServerAsync(PeerTls.Server(Peers.Certificate), TestContext.Current.CancellationToken).Soon();
                try
                {
                    await (said.Length > 0 ? tls.WriteAsync(said, TestContext.Current.CancellationToken).AsTask() : tls.ShutdownAsync()).Soon();
                }
                catch (ConnectionResetException)
                {
                    // It was read, and the other side has hung up.
                }

                (await opening).Error!.Kind.Should().Be(kind);
            }

            _leg.Dialled.Should().Equal(There);
        }
    }

    [Fact]
    public async Task Where_a_certificate_is_expected_nothing_is_ever_asked_in_clear()
    {
        _leg.Put(There, new AnsweringPeer(), encrypts: false);
        RecordedEndPoint gateway = new(RecordedEndPointKind.Tcp, There.Host, There.Port, new string('a', 64));
        (PeerConnection? connection, DialError? error) = await _opener.OpenGatewayAsync(_leg, gateway, Request(), default).Soon();
        connection.Should().BeNull();
        error!.Kind.Should().Be(DialErrorKind.ProtocolViolation);
        _leg.Dialled.Should().Equal(There);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peers_and_trackers_learn_where_this_gateway_is_reached_only_where_they_are_to_and_gateways_never(bool tellsSelf)
    {
        var peer = new AnsweringPeer();
        _leg.Put(There, peer);
        DialRequest request = Request();
        RecordedEndPoint gateway = new(RecordedEndPointKind.Tcp, There.Host, There.Port, Peers.Certificate.Sha256Hex);
        foreach ((Func<Task<IAsyncDisposable?>> open, bool isTold) in new (Func<Task<IAsyncDisposable?>>, bool)[]
        {
            (async () => (await _opener.OpenAsync(There, tellsSelf, request, default)).Use, tellsSelf),
            (async () => (await _opener.OpenTrackerAsync(There, tellsSelf, request, default)).Use, tellsSelf),
            (async () => (await _opener.OpenGatewayAsync(_leg, gateway, request, default)).Connection, false),
        })
        {
            await using IAsyncDisposable? met = await open().Soon();
            Handshake said = peer.Asker!.Handshake!;
            (said.FileServerPort, said.IsPortOpen, said.Onion, said.PeerId!.Length).Should().Be(isTold ? (26552, null, "abc", 20) : (0, false, null, 0));
        }
    }

    [Theory]
    [InlineData(false, "Unknown site")]
    [InlineData(true, null)]
    public async Task Over_a_connection_that_is_a_clients_nobody_learns_which_sites_are_served_here(bool tellsSelf, string? refusal)
    {
        _own.Says(PeerCommands.ListModified, new PeerAnswer.Fields(new OkAnswer("mine")));
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        _leg.Places[There] = _ => ValueTask.FromResult<DialResult>(dialled);
        await using var asking = PeerConnection.Accept(accepted, Peers.Address, new AnsweringPeer().For, Peers.Options());
        await using PeerUse? met = (await _opener.OpenAsync(There, tellsSelf, Request(), default).Soon()).Use;

        (await asking.AskAsync(new ListModifiedParams("1A", 0), default).Soon()).Error.Should().Be(refusal);
        (await asking.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        (await asking.AskAsync(new Asking(PeerCommands.Tunnel), default).Soon()).Error.Should().StartWith("Unknown command");
        (_own.Asker?.Address?.ToString()).Should().Be(tellsSelf ? There.Host : null, "it is known who asks back");
    }

    [Fact]
    public void This_gateway_itself_is_no_peer()
    {
        PeerLocation self = _leg.Address!.Value;
        _opener.Reaches(self).Should().BeFalse();
        _opener.Reaches(self with { Port = self.Port + 1 }).Should().BeTrue("another may be behind the same address");
    }

    private static DialRequest Request() => new(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 1));

    private Task<(PeerUse? Use, DialError? Error)> OpenAsync() => _opener.OpenAsync(There, tellsSelf: true, Request(), TestContext.Current.CancellationToken).Soon();
}
