using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A router's consent is no connection; two that stay silent after something was said tell that.</summary>
public sealed class DialProofsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly EngineListener _router = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly List<EngineSocket> _sockets = [];
    private readonly List<DiallingSession> _silent = [];
    private readonly DialProofs _proofs;
    private readonly DiallingSession _session;

    public DialProofsTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux's kernel tells how much a connection has carried.");
        _proofs = new DialProofs(_clock, _silent.Add);
        _session = new DiallingSession(new TaskCompletionSource<SamSession>().Task, _clock);
        _clock.Advance(TimeSpan.FromMinutes(2));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        await _router.DisposeAsync();
    }

    [Fact]
    public async Task A_destination_that_is_silent_twice_has_its_session_left()
    {
        await DialAsync(_session, "a", says: true, isAnswered: false);
        await JudgeAsync();
        _silent.Should().BeEmpty();
        await DialAsync(_session, "a", says: true, isAnswered: false);
        await JudgeAsync();
        _silent.Should().Equal(_session);
    }

    [Theory]
    [InlineData("b", true, false, "another destination is another matter")]
    [InlineData("a", true, true, "it was answered")]
    [InlineData("a", false, false, "nobody asked")]
    public async Task What_is_no_second_silence_changes_nothing(string host, bool says, bool isAnswered, string why)
    {
        await DialAsync(_session, "a", says: true, isAnswered: false);
        await DialAsync(_session, host, says, isAnswered);
        await JudgeAsync();
        _silent.Should().BeEmpty(why);
    }

    [Fact]
    public async Task A_young_session_is_kept_and_a_connection_that_has_ended_tells_nothing()
    {
        DiallingSession young = new(new TaskCompletionSource<SamSession>().Task, _clock);
        await DialAsync(young, "a", says: true, isAnswered: false);
        await DialAsync(young, "a", says: true, isAnswered: false);
        await DialAsync(_session, "a", says: true, isAnswered: false);
        EngineSocket ended = await DialAsync(_session, "a", says: true, isAnswered: false);
        ended.Dispose();
        await JudgeAsync();
        _silent.Should().BeEmpty();
    }

    private async Task<EngineSocket> DialAsync(DiallingSession session, string host, bool says, bool isAnswered)
    {
        EngineSocket dialled = await SocketEngine.Default.ConnectAsync(_router.LocalEndPoint, null, Ct);
        EngineSocket router = (await _router.AcceptAsync(Ct))!;
        _sockets.AddRange([dialled, router]);
        _proofs.Watch(session, host, dialled);
        if (says)
        {
            await SayAsync(dialled, router);
        }

        if (isAnswered)
        {
            await SayAsync(router, dialled);
        }

        return dialled;
    }

    private static async Task SayAsync(EngineSocket from, EngineSocket to)
    {
        await from.SendAsync("hello"u8.ToArray(), Ct);
        (await to.ReceiveAsync(new byte[5], Ct)).Should().Be(5);
        to.AcknowledgeAtOnce();
    }

    // Time enough for all of them, so that none is waited for.
    private Task JudgeAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(9));
        return _proofs.LookAsync(Ct);
    }
}
