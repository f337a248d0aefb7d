namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Who shares a connection to a peer, and who does not.</summary>
public sealed class SharedPeerTests
{
    private static readonly PeerLocation There = PeerLocation.Of(Peers.Address, 15441);

    private readonly FakeLeg _leg = new();
    private readonly AnsweringPeer _peer = new();
    private readonly PeerOpener _opener;

    public SharedPeerTests() => _opener = new PeerOpener([_leg], static _ => Peers.Options(), new AnsweringPeer().For);

    [Fact]
    public async Task What_one_client_asks_a_peer_at_a_time_goes_over_one_connection_which_ends_with_the_last_use()
    {
        _leg.Put(There, _peer);
        PeerUse[] uses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => UseAsync())).Soon();
        uses.Select(static use => use.Connection).Distinct().Should().ContainSingle();
        _leg.Dialled.Should().ContainSingle();

        foreach (PeerUse use in uses[1..])
        {
            await use.DisposeAsync();
            await use.DisposeAsync();
        }

        (await uses[0].Connection.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        await uses[0].DisposeAsync();
        (await uses[0].Connection.CauseAsync()).Should().Be(PeerFailure.Disposed);

        await using PeerUse next = await UseAsync();
        _leg.Dialled.Should().HaveCount(2);
    }

    [Fact]
    public async Task Those_beyond_eight_wait_until_one_leaves_and_who_waits_no_longer_takes_nobodys_place()
    {
        _leg.Put(There, _peer);
        PeerUse[] uses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => UseAsync())).Soon();
        using CancellationTokenSource impatient = new();
        Task<(PeerUse? Use, DialError? Error)> leaving = _opener.OpenAsync(There, tellsSelf: true, Request("a"), impatient.Token);
        Task<PeerUse> waiting = UseAsync();
        await impatient.CancelAsync();
        await leaving.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
        waiting.IsCompleted.Should().BeFalse();

        await uses[0].DisposeAsync();
        (await waiting.Soon()).Connection.Should().BeSameAs(uses[1].Connection);
    }

    [Fact]
    public async Task Clients_share_no_connection_with_each_other_nor_trackers_with_peers_nor_who_is_told_with_who_is_not()
    {
        _leg.Put(There, _peer);
        await using PeerUse one = await UseAsync();
        (await _opener.OpenAsync(There, tellsSelf: true, Request("b"), default).Soon()).Use!.Connection.Should().NotBeSameAs(one.Connection);
        (await _opener.OpenAsync(There, tellsSelf: false, Request("a"), default).Soon()).Use!.Connection.Should().NotBeSameAs(one.Connection);
        (await _opener.OpenTrackerAsync(There, tellsSelf: true, Request("a"), default).Soon()).Use!.Connection.Should().NotBeSameAs(one.Connection);
        _leg.Dialled.Should().HaveCount(4);
    }

    [Fact]
    public async Task A_connection_that_has_ended_is_replaced_while_others_still_hold_it()
    {
        _leg.Put(There, _peer);
        PeerUse old = await UseAsync();
        await old.Connection.DisposeAsync();
        await using PeerUse next = await UseAsync();
        next.Connection.Should().NotBeSameAs(old.Connection);

        await old.DisposeAsync();
        (await next.Connection.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        await using PeerUse third = await UseAsync();
        third.Connection.Should().BeSameAs(next.Connection, "what has ended took nothing else with it");
    }

    [Fact]
    public async Task A_dial_is_given_up_when_all_have_left_and_not_before()
    {
        TaskCompletionSource givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource dialled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _leg.Places[There] = async stop =>
        {
            dialled.SetResult();
            await ((Task)givenUp.Task.WaitAsync(stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            givenUp.TrySetResult();
            return new DialError(DialErrorKind.Cancelled);
        };
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        Task leaving = _opener.OpenAsync(There, tellsSelf: true, Request("a"), first.Token);
        Task staying = _opener.OpenAsync(There, tellsSelf: true, Request("a"), second.Token);
        await dialled.Task.Soon();

        await first.CancelAsync();
        await leaving.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
        givenUp.Task.IsCompleted.Should().BeFalse();

        await second.CancelAsync();
        await staying.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
        await givenUp.Task.Soon();
        _leg.Dialled.Should().ContainSingle();
    }

    [Fact]
    public async Task All_who_wait_for_a_peer_that_is_not_there_are_told_so_and_the_next_one_dials_anew()
    {
        (PeerUse? Use, DialError? Error)[] refused = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _opener.OpenAsync(There, tellsSelf: true, Request("a"), default))).Soon();
        refused.Should().OnlyContain(static opened => opened.Use == null && opened.Error!.Kind == DialErrorKind.Unreachable);
        _leg.Put(There, _peer);
        await using PeerUse met = await UseAsync();
    }

    private static DialRequest Request(string client) => new(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 1)) { Isolation = IsolationKey.From(client, [], []) };

    private async Task<PeerUse> UseAsync() => (await _opener.OpenAsync(There, tellsSelf: true, Request("a"), TestContext.Current.CancellationToken).Soon()).Use!;
}
