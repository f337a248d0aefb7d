using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorControlConnectionTests : IAsyncDisposable
{
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _tor.DisposeAsync();

    [Fact]
    public async Task Replies_go_to_their_commands_in_order()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ControlMessage>[] replies = [.. Enumerable.Range(0, 20).Select(i => control.SendAsync(ControlCommand.GetInfo($"k{i}"), Ct))];
        for (int i = 0; i < replies.Length; i++)
        {
            (await _tor.AnswerAsync($"250-k{i}={i}\r\n250 OK\r\n")).Should().Be($"GETINFO k{i}");
        }

        for (int i = 0; i < replies.Length; i++)
        {
            (await replies[i]).Lines[0].Text.Should().Be($"k{i}={i}");
        }
    }

    [Fact]
    public async Task An_event_between_a_command_and_its_reply_is_an_event_and_the_reply_the_reply()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ControlMessage> reply = control.SendAsync(ControlCommand.TakeOwnership(), Ct);
        await _tor.AnswerAsync("650 CIRC 1 BUILT\r\n650 CIRC 2 BUILT\r\n250 OK\r\n650 CIRC 3 BUILT\r\n");
        (await reply).Text.Should().Be("OK");
        for (int i = 1; i <= 3; i++)
        {
            CircuitEvent.TryParse((await control.NextEventAsync(Ct))!)!.CircuitId.Should().Be($"{i}");
        }
    }

    [Fact]
    public async Task A_reply_split_within_its_CRLF_is_whole()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ControlMessage> reply = control.SendAsync(ControlCommand.TakeOwnership(), Ct);
        await _tor.AnswerAsync("250-a\r");

        // The reader has taken the half line once an event of its own could not overtake it; a byte at a time makes that certain.
        foreach (char c in "\n250 OK\r\n")
        {
            await _tor.SendAsync(c.ToString());
        }

        (await reply).Lines.Select(l => l.Text).Should().Equal("a", "OK");
    }

    [Theory]
    [InlineData("LineTooLong")]
    [InlineData("TooManyLines")]
    [InlineData("EndedWithinData")]
    [InlineData("EndedWithinMessage")]
    public async Task A_hostile_control_port_ends_the_connection_and_every_waiter_hears_why(string violation)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ControlMessage> first = control.SendAsync(ControlCommand.GetInfo("a"), Ct);
        Task<ControlMessage> second = control.SendAsync(ControlCommand.GetInfo("b"), Ct);
        ValueTask<ControlMessage?> nextEvent = control.NextEventAsync(Ct);
        await _tor.AnswerAsync(violation switch
        {
            "LineTooLong" => "250 " + new string('a', 99_997) + "\r\n",
            "TooManyLines" => string.Concat(Enumerable.Repeat("250-a\r\n", 1_000)) + "250 OK\r\n",
            "EndedWithinData" => "250+a=\r\nb\r\n250 OK\r\n",
            _ => "250-a\r\n",
        });
        if (violation.StartsWith("Ended", StringComparison.Ordinal))
        {
            _tor.Close();
        }

        (await control.Ended).Violation.ToString().Should().Be(violation);
        await first.Invoking(f => f).Should().ThrowAsync<ControlException>();
        (await nextEvent).Should().BeNull();
        await second.Invoking(s => s).Should().ThrowAsync<ControlException>();
        await control.Invoking(c => c.SendAsync(ControlCommand.GetInfo("c"), Ct)).Should().ThrowAsync<ControlException>();
    }

    [Fact]
    public async Task A_reply_to_no_command_ends_the_connection_and_what_came_before_counts()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        await _tor.SendAsync("650 CIRC 1 BUILT\r\n250 OK\r\n650 CIRC 2 BUILT\r\n");
        (await control.Ended).Violation.Should().Be(ControlViolation.UnaskedReply);
        (await control.NextEventAsync(Ct)).Should().NotBeNull();
        (await control.NextEventAsync(Ct)).Should().BeNull();
    }

    [Fact]
    public async Task A_control_port_that_never_answers_is_given_up_and_named_with_the_command()
    {
        var clock = new FakeTimeProvider();
        await using TorControlConnection control = await _tor.ControlAsync(new ControlConnectionOptions { Clock = clock, AnswerTimeout = TimeSpan.FromSeconds(7) });
        Task<ControlMessage> reply = control.SendAsync(ControlCommand.TakeOwnership(), Ct);
        Task<ControlMessage> next = control.SendAsync(ControlCommand.GetInfo("b"), Ct);
        await _tor.ReadLineAsync();
        clock.Advance(TimeSpan.FromSeconds(7));
        (await reply.Invoking(r => r).Should().ThrowAsync<ControlException>()).Which.Message.Should().Contain("TAKEOWNERSHIP").And.Contain("7 s");
        await next.Invoking(r => r).Should().ThrowAsync<ControlException>();
    }

    [Fact]
    public async Task A_cancelled_command_still_takes_its_reply_off_the_line()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        using var cancel = new CancellationTokenSource();
        Task<ControlMessage> first = control.SendAsync(ControlCommand.GetInfo("a"), cancel.Token);
        await _tor.ReadLineAsync();
        Task<ControlMessage> waiting = control.SendAsync(ControlCommand.GetInfo("b"), cancel.Token);
        Task<ControlMessage> last = control.SendAsync(ControlCommand.GetInfo("c"), Ct);
        await cancel.CancelAsync();
        await first.Invoking(f => f).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Invoking(f => f).Should().ThrowAsync<OperationCanceledException>();
        await _tor.SendAsync("250 a\r\n");
        (await _tor.AnswerAsync("250 c\r\n")).Should().Be("GETINFO c", "the command that was given up before its turn is never sent");
        (await last).Text.Should().Be("c");
    }

    [Fact]
    public async Task More_events_than_may_wait_end_the_connection()
    {
        await using TorControlConnection control = await _tor.ControlAsync(new ControlConnectionOptions { EventBacklog = 10_000 });
        await _tor.SendAsync(string.Concat(Enumerable.Repeat("650 CIRC 1 BUILT\r\n", 100)));
        (await control.Ended).Violation.Should().Be(ControlViolation.TooManyEvents);
        (await control.NextEventAsync(Ct)).Should().NotBeNull("what was held is still told");
    }

    [Fact]
    public async Task Events_that_are_read_make_room()
    {
        await using TorControlConnection control = await _tor.ControlAsync(new ControlConnectionOptions { EventBacklog = 2_000 });
        for (int i = 0; i < 100; i++)
        {
            await _tor.SendAsync("650 CIRC 1 BUILT\r\n");
            (await control.NextEventAsync(Ct)).Should().NotBeNull();
        }
    }

    [Fact]
    public async Task More_commands_than_may_wait_are_refused()
    {
        await using TorControlConnection control = await _tor.ControlAsync(new ControlConnectionOptions { CommandBacklog = 2 });
        Task<ControlMessage>[] commands = [.. Enumerable.Range(0, 8).Select(_ => control.SendAsync(ControlCommand.GetInfo("a"), Ct))];
        commands.Count(c => c.IsFaulted).Should().BeGreaterThanOrEqualTo(5);
        await control.DisposeAsync();
        foreach (Task<ControlMessage> command in commands)
        {
            await command.Invoking(c => c).Should().ThrowAsync<ControlException>();
        }
    }

    [Fact]
    public async Task A_secret_is_wiped_once_sent_and_also_when_it_is_not()
    {
        TorControlConnection control = await _tor.ControlAsync();
        ControlCommand sent = ControlCommand.Authenticate(new byte[32]);
        Task<ControlMessage> reply = control.SendAsync(sent, Ct);
        await _tor.AnswerAsync("250 OK\r\n");
        await reply;
        sent.Line.ToArray().Should().OnlyContain(b => b == 0);

        await control.DisposeAsync();
        ControlCommand unsent = ControlCommand.Authenticate(new byte[32]);
        await control.Invoking(c => c.SendAsync(unsent, Ct)).Should().ThrowAsync<ControlException>();
        unsent.Line.ToArray().Should().OnlyContain(b => b == 0);
    }

    [Fact]
    public async Task A_key_is_never_sent_over_a_connection_that_is_not_verified()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        var request = new AddOnionRequest("ED25519-V3:AAAA"u8.ToArray(), [(80, "unix:/x")]);
        await control.Invoking(c => c.AddOnionAsync(request, Ct)).Should().ThrowAsync<InvalidOperationException>();
        await control.DisposeAsync();
        (await _tor.ReadLineAsync()).Should().BeNull("nothing was sent");
    }
}
