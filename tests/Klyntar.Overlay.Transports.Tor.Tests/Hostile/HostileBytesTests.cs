using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control port that sends too much, too slowly, or what was not asked for.</summary>
public sealed class HostileBytesTests : IAsyncDisposable
{
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _tor.DisposeAsync();

    [Theory]
    [InlineData("250 ", "a", "a line that is too long")]
    [InlineData("250-a\r\n", "250-a\r\n", "too many lines")]
    [InlineData("250+a=\r\n", "a\r\n", "too many lines")]
    [InlineData("250+a=\r\n", "{long}", "a message that is too long")]
    [InlineData("650-a\r\n", "650-a\r\n", "too many lines")]
    public async Task What_never_ends_is_ended_before_it_takes_much_memory(string start, string more, string said)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ControlMessage> reply = control.SendAsync(ControlCommand.TakeOwnership(), Ct);
        await _tor.ReadLineAsync();
        byte[] chunk = Encoding.Latin1.GetBytes(more == "{long}" ? new string('a', 90_000) + "\r\n" : string.Concat(Enumerable.Repeat(more, 16 * 1024 / more.Length)));
        long sent = 0;
        try
        {
            await _tor.SendAsync(start);
            while (sent < 64 * 1024 * 1024)
            {
                await _tor.SendAsync(chunk);
                sent += chunk.Length;
            }
        }
        catch (SocketException)
        {
            // That is what is wanted.
        }

        // The message, and what is under way in the kernel.
        sent.Should().BeLessThan(ControlLimits.Default.MessageLength + (1024 * 1024));
        (await control.Ended).Message.Should().Contain(said).And.EndWith("Check that it is tor's.");
        await reply.Invoking(r => r).Should().ThrowAsync<ControlException>();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_byte_a_second_is_no_answer()
    {
        var clock = new FakeTimeProvider();
        await using TorControlConnection control = await _tor.ControlAsync(new ControlConnectionOptions { Clock = clock });
        Task<ControlMessage> reply = control.SendAsync(ControlCommand.GetInfo("a"), Ct);
        await _tor.ReadLineAsync();
        string text = "650 CIRC 1 BUILT\r\n250-a=aaaaaaaaaaaaaaaaaaaaaaaa";
        for (int second = 0; second < 30; second++)
        {
            control.Ended.IsCompleted.Should().BeFalse();
            await _tor.SendAsync(text[second].ToString());
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await control.Ended.WaitAsync(TestContext.Current.CancellationToken)).Message.Should().Contain("did not answer GETINFO within 30 s");
        await reply.Invoking(r => r).Should().ThrowAsync<ControlException>();
    }

    [Fact]
    public async Task A_hundred_thousand_events_that_nobody_reads_are_not_kept()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] chunk = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat($"650 HS_DESC FAILED {new string('a', 56)} NO_AUTH UNKNOWN REASON=NOT_FOUND\r\n", 1_000)));
        try
        {
            for (int i = 0; i < 100; i++)
            {
                await _tor.SendAsync(chunk);
            }
        }
        catch (SocketException)
        {
            // It was ended in between.
        }

        (await control.Ended).Violation.Should().Be(ControlViolation.TooManyEvents);
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(16 * 1024 * 1024);
    }

    [Fact]
    public async Task A_second_reply_to_one_command_is_not_taken_for_the_next_ones_where_it_names_another_key()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<KeyValueReply> first = control.GetInfoAsync(["a"], Ct);
        Task<KeyValueReply> second = control.GetInfoAsync(["b"], Ct);
        await _tor.ReadLineAsync();
        await _tor.SendAsync("250-a=1\r\n250 OK\r\n");
        (await first)["a"].Should().Be("1");
        await _tor.ReadLineAsync();
        await _tor.SendAsync("250-a=2\r\n250 OK\r\n");
        (await second.Invoking(s => s).Should().ThrowAsync<ControlException>()).Which.Message.Should().Contain("something else than was asked");
    }

    [Theory]
    [InlineData("250 OK\r\n")]
    [InlineData("250-b=1\r\n250 OK\r\n")]
    [InlineData("250-aa=1\r\n250 OK\r\n")]
    [InlineData("552-a=1\r\n250 OK\r\n")]
    [InlineData("250 \r\n")]
    public async Task An_answer_to_another_question_is_none(string answer)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task[] questions = [control.GetInfoAsync(["a"], Ct), control.TryGetInfoAsync("a", Ct), control.GetConfAsync(["a"], Ct)];
        foreach (Task question in questions)
        {
            await _tor.AnswerAsync(answer);
            (await question.Invoking(q => q).Should().ThrowAsync<ControlException>()).Which.Message.Should().Contain("something else than was asked");
        }
    }

    [Fact]
    public async Task Of_two_questions_both_are_to_be_answered()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<KeyValueReply> half = control.GetInfoAsync(["a", "b"], Ct);
        await _tor.AnswerAsync("250-a=1\r\n250 OK\r\n");
        await half.Invoking(h => h).Should().ThrowAsync<ControlException>();
        Task<KeyValueReply> more = control.GetInfoAsync(["a", "b"], Ct);
        await _tor.AnswerAsync("250-b=\r\n250-c=3\r\n250-a=1\r\n250 OK\r\n");
        (await more)["a"].Should().Be("1");
    }

    [Theory]
    [InlineData("250-a=1\r\n551 Internal error\r\n", "something failed within it (551 Internal error)")]
    [InlineData("451 \r\n", "it is out of resources (451, it is out of resources)")]
    [InlineData("333 More\r\n", "its code is not one of a refusal (333 More)")]
    public async Task The_last_code_decides(string answer, string said)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<KeyValueReply> question = control.GetInfoAsync(["a"], Ct);
        await _tor.AnswerAsync(answer);
        (await question.Invoking(q => q).Should().ThrowAsync<ControlException>()).Which.Message.Should().Be($"Tor refuses GETINFO: {said}.");
    }

    [Fact]
    public async Task Every_code_of_a_refusal_is_a_sentence_without_the_secret_that_it_repeats()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        string secret = new('A', 64);
        var sentences = new HashSet<string>();
        foreach (int code in Enumerable.Range(400, 200))
        {
            Task<ControlMessage> refused = control.ExecuteAsync(ControlCommand.Authenticate(Convert.FromHexString(secret)), Ct);
            await _tor.AnswerAsync($"{code} {secret}\r\n");
            string message = (await refused.Invoking(r => r).Should().ThrowAsync<ControlException>()).Which.Message;
            message.Should().StartWith("Tor refuses AUTHENTICATE: ").And.EndWith($" ({code}).").And.NotContain("AAAA");
            sentences.Add(ReplyCodes.Meaning(code));
        }

        // Each code of the specification has its own, and so has what is left of either hundred.
        sentences.Should().HaveCount(16);
    }
}
