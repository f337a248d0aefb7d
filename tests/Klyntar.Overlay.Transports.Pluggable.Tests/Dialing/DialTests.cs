using System.Buffers;
using System.Net;
using System.Text;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Dials through a program's SOCKS5 port, which the test plays.</summary>
public sealed class DialTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bridge_is_asked_for_by_its_address_with_its_arguments_as_credentials()
    {
        using var port = new SocksPort();
        await using Scripted scripted = await Scripted.StartAsync(Scripted.Client(port.Port));
        Task<(byte[] User, byte[] Password, byte[] Request)> asked = port.AnswerAsync(0, rest: "hello");

        DialResult result = await DialAsync(scripted, "bridge.pt.alt");

        (byte[] user, byte[] password, byte[] request) = await asked;
        Encoding.ASCII.GetString(user).Should().Be("cert=8KVM4NWvmbNn3jtoSfpPsZZpeaY8PZ9x/CdkyANHsqcbQXecU1R8ic2ak484S7c9hh/zOg;iat-mode=0");
        password.Should().Equal(0);
        request.Should().Equal(5, 1, 0, 1, 192, 0, 2, 7, 443 >> 8, 443 & 255);
        result.IsConnected.Should().BeTrue();
        (await result.Connection!.Transport.Input.ReadAtLeastAsync(5, Cancelled)).Buffer.ToArray().Should().Equal("hello"u8.ToArray());
        await result.Connection!.DisposeAsync();
    }

    [Theory]
    [InlineData(1, DialErrorKind.Unreachable)]
    [InlineData(2, DialErrorKind.NotAllowed)]
    [InlineData(3, DialErrorKind.Unreachable)]
    [InlineData(4, DialErrorKind.Unreachable)]
    [InlineData(5, DialErrorKind.Refused)]
    [InlineData(6, DialErrorKind.Unreachable)]
    [InlineData(7, DialErrorKind.ProtocolViolation)]
    [InlineData(8, DialErrorKind.ProtocolViolation)]
    [InlineData(99, DialErrorKind.Unreachable)]
    [InlineData(null, DialErrorKind.Unreachable)]
    public async Task A_reply_is_translated(int? code, DialErrorKind kind)
    {
        using var port = new SocksPort();
        await using Scripted scripted = await Scripted.StartAsync(Scripted.Client(port.Port));
        Task asked = port.AnswerAsync((byte?)code);

        DialResult result = await DialAsync(scripted, "bridge.pt.alt");

        await asked;
        result.Error!.Kind.Should().Be(kind);
        result.Error.Transport.Should().Be("pt");
        result.Error.ToString().Should().NotContain("192.0.2.7");
    }

    [Fact]
    public async Task Arguments_that_a_program_does_not_accept_are_the_addresss_fault()
    {
        using var port = new SocksPort();
        await using Scripted scripted = await Scripted.StartAsync(Scripted.Client(port.Port));
        Task asked = port.AnswerAsync(null, accepts: false);

        DialResult result = await DialAsync(scripted, "bridge.pt.alt");

        await asked;
        result.Error!.Kind.Should().Be(DialErrorKind.InvalidAddress);
    }

    [Fact]
    public async Task An_address_that_leads_to_this_machine_is_not_dialled_unless_that_is_allowed()
    {
        var clock = new WatchedClock();
        using var context = new TestTransportContext(clock);
        await using var transport = new PluggableTransport(new PluggableOptions { Programs = new Dictionary<string, PluggableProgramOptions> { ["obfs4"] = new() { Path = "/bin/cat" } } });
        await transport.StartAsync(context, Cancelled);
        OverlayEndPoint endPoint = transport.Parse(new Obfs4Address(new IPEndPoint(IPAddress.Loopback, 22), new byte[Obfs4Certificate.Size], 0).Host, 22).EndPoint!;

        DialResult result = await transport.DialAsync(new DialRequest(endPoint), Cancelled);

        result.Error!.Kind.Should().Be(DialErrorKind.NotAllowed);
        result.Error.Detail.Should().Contain("transports.pt.allowPrivate");
    }

    [Fact]
    public async Task A_dial_waits_for_a_program_that_is_not_ready_and_says_so_when_its_time_is_over()
    {
        var clock = new WatchedClock();
        await using Scripted scripted = await Scripted.StartAsync(Scripted.Stay, clock);
        TimeSpan patience = TimeSpan.FromSeconds(7);
        Task<DialResult> dial = scripted.Transport.DialAsync(new DialRequest(scripted.Transport.Parse("bridge.pt.alt", 1).EndPoint!) { Deadline = Deadline.After(patience, clock) }, Cancelled).AsTask();
        clock.Advance(patience);

        (await dial).Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);
    }

    [Fact]
    public async Task A_program_that_dies_under_a_dial_is_followed_by_the_next_which_is_asked_again()
    {
        using var first = new SocksPort();
        using var second = new SocksPort();

        // The first run ends as soon as the test says so, by a file.
        string script = $"""
            d=$TOR_PT_STATE_LOCATION
            if [ ! -e "$d/again" ]; then
              : > "$d/again"
              echo VERSION 1; echo CMETHOD obfs4 socks5 127.0.0.1:{first.Port}; echo CMETHODS DONE
              while [ ! -e "$d/die" ]; do sleep 0.02; done
              exit 1
            fi
            {Scripted.Client(second.Port)}
            """;
        await using Scripted scripted = await Scripted.StartAsync(script);
        await scripted.AwaitAsync(static status => status.IsReady);
        Task<DialResult> dial = DialAsync(scripted, "bridge.pt.alt");
        Task left = first.AnswerAfterAsync(async () =>
        {
            await File.WriteAllTextAsync(Path.Join(scripted.Context.Folder, "programs", "client-obfs4", "die"), "", Cancelled);
            await scripted.AwaitAsync(static status => status is TransportStatus.Degraded);
        });
        Task asked = second.AnswerAsync(0);

        await left;
        await asked;
        DialResult result = await dial;
        result.IsConnected.Should().BeTrue();
        await result.Connection!.DisposeAsync();
    }

    private static Task<DialResult> DialAsync(Scripted scripted, string host) =>
        scripted.Transport.DialAsync(new DialRequest(scripted.Transport.Parse(host, 80).EndPoint!), Cancelled).AsTask();
}
