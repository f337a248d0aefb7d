using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerOpenerTests
{
    private static readonly PeerLocation There = PeerLocation.Of(Peers.Address, 15441);

    private readonly FakeLeg _leg = new();
    private readonly PeerOpener _opener;

    public PeerOpenerTests() => _opener = new PeerOpener([_leg], static _ => Peers.Options(), new AnsweringPeer().For);

    [Fact]
    public async Task A_peer_that_encrypts_is_dialled_once()
    {
        _leg.Put(There, new AnsweringPeer());
        (PeerConnection? connection, _) = await OpenAsync();
        await using PeerConnection met = connection!;
        met.ChannelBinding.Should().NotBeNull();
        _leg.Dialled.Should().Equal(There);
    }

    [Fact]
    public async Task A_peer_that_knows_no_TLS_is_dialled_again_in_clear()
    {
        _leg.Put(There, new AnsweringPeer(), encrypts: false);
        (PeerConnection? connection, _) = await OpenAsync();
        await using PeerConnection met = connection!;
        met.ChannelBinding.Should().BeNull();
        (await met.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        _leg.Dialled.Should().Equal(There, There);
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_dialled_once()
    {
        (PeerConnection? connection, DialError? error) = await OpenAsync();
        connection.Should().BeNull();
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
            Task<(PeerConnection? Connection, DialError? Error)> opening = OpenAsync();
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
        (PeerConnection? connection, DialError? error) = await _opener.OpenGatewayAsync(_leg, gateway, new DialRequest(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 1)), default).Soon();
        connection.Should().BeNull();
        error!.Kind.Should().Be(DialErrorKind.ProtocolViolation);
        _leg.Dialled.Should().Equal(There);
    }

    private Task<(PeerConnection? Connection, DialError? Error)> OpenAsync() =>
        _opener.OpenAsync(There, new DialRequest(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 1)), TestContext.Current.CancellationToken).Soon();
}
