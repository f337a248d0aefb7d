using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A SAM bridge that sends too much, nothing, or what was not asked for. Each ends in an error that names it.</summary>
public sealed class HostileBridgeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_without_an_end_is_ended_before_it_takes_much_memory()
    {
        await using var bridge = new AnsweringBridge(static _ => "");
        await using SamConnection connection = await bridge.ConnectAsync();
        Task greeting = connection.GreetAsync(Ct);
        await bridge.HeardAsync("HELLO");
        await bridge.SayAsync(new string('A', (64 * 1024) + 1));
        await FailsAsync(greeting, SamViolation.LineTooLong, "a line that is too long (HELLO)");
    }

    [Theory]
    [InlineData("HELLO REPLY VERSION=3.1\n", SamViolation.NoResult)]
    [InlineData("HELLO REPLY RESULT= VERSION=3.1\n", SamViolation.NoResult)]
    [InlineData("SESSION STATUS RESULT=OK\n", SamViolation.OtherAnswer)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", SamViolation.OtherAnswer)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", SamViolation.OtherAnswer)]
    [InlineData("HELLO REPLY RESULT=\"OK\n", SamViolation.BadSyntax)]
    [InlineData("\u0005\u0000", SamViolation.NotText)]
    [InlineData("HELLO REPLY A=1 B=1 C=1 D=1 E=1 F=1 G=1 H=1 I=1 J=1 K=1 L=1 M=1 N=1 O=1 P=1 Q=1\n", SamViolation.TooManyValues)]
    [InlineData(null, SamViolation.Closed)]
    public async Task What_is_no_greeting_is_named(string? answer, object violation)
    {
        await using var bridge = new AnsweringBridge(_ => answer);
        await using SamConnection connection = await bridge.ConnectAsync();
        await FailsAsync(connection.GreetAsync(Ct), (SamViolation)violation, "(HELLO)");
    }

    [Theory]
    [InlineData("HELLO REPLY RESULT=NOVERSION\n", "it speaks no SAM version from 3.1 to 3.3. Use a newer router.")]
    [InlineData("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Authorization failed\"\n", "Authorization failed. If it asks for a user name and password, set transports.i2p.user and passwordFile.")]
    [InlineData("HELLO REPLY RESULT=NO_SUCH_WORD\n", "its answer is not known.")]
    public async Task A_bridge_that_refuses_the_greeting_is_told_with_its_reason(string answer, string said)
    {
        await using var bridge = new AnsweringBridge(_ => answer);
        await using SamConnection connection = await bridge.ConnectAsync();
        SamException refusal = await ThrowsAsync(connection.GreetAsync(Ct));
        refusal.Message.Should().StartWith("The router refuses HELLO: ").And.Contain(said);
        refusal.Reply.Should().NotBeNull();
    }

    [Theory]
    [InlineData("DEST REPLY PUB=AAAA PRIV=AAAA\n")]
    [InlineData("DEST REPLY PUB=" + Vectors.Destination + " PRIV=" + Vectors.X25519PrivateKey + "\n")]
    [InlineData("DEST REPLY PUB=" + Vectors.Destination + " PRIV=" + Vectors.Destination + "\n")]
    [InlineData("DEST REPLY\n")]
    [InlineData("DEST REPLY PUB=+ PRIV=/\n")]
    public async Task What_is_no_new_destination_is_named(string answer)
    {
        await using AnsweringBridge bridge = AnsweringBridge.After(answer);
        await using SamConnection connection = await bridge.GreetedAsync();
        await FailsAsync(connection.GenerateAsync(Ct), SamViolation.BadDestination, "(DEST GENERATE)");
    }

    [Fact]
    public async Task A_certificate_that_is_longer_than_what_holds_it_is_no_destination()
    {
        byte[] bytes = I2PBase64.TryDecode(Vectors.PrivateKey)!;
        bytes[385] = bytes[386] = 0xFF;
        string key = I2PBase64.EncodeToString(bytes);
        string destination = I2PBase64.EncodeToString(bytes.AsSpan(0, 391));
        await using (AnsweringBridge bridge = AnsweringBridge.After($"DEST REPLY PUB={destination} PRIV={key}\n"))
        {
            await using SamConnection connection = await bridge.GreetedAsync();
            await FailsAsync(connection.GenerateAsync(Ct), SamViolation.BadDestination, "(DEST GENERATE)");
        }

        await using (AnsweringBridge bridge = AnsweringBridge.After($"NAMING REPLY RESULT=OK NAME=a.i2p VALUE={destination}\n"))
        {
            await using SamConnection connection = await bridge.GreetedAsync();
            await FailsAsync(connection.LookUpAsync("a.i2p", Ct), SamViolation.BadDestination, "(NAMING LOOKUP)");
        }

        await using (AnsweringBridge bridge = AnsweringBridge.After($"STREAM STATUS RESULT=OK\n{destination}\n"))
        {
            await using SamConnection connection = await bridge.GreetedAsync();
            (await connection.AskAsync(SamCommand.Accept("a"), Ct)).IsOk.Should().BeTrue();
            await FailsAsync(connection.ReadVisitorAsync(Ct), SamViolation.BadDestination, "(STREAM ACCEPT)");
        }
    }

    [Fact]
    public async Task An_error_where_a_destination_is_due_is_a_refusal()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("DEST REPLY RESULT=I2P_ERROR MESSAGE=\"no\"\n");
        await using SamConnection connection = await bridge.GreetedAsync();
        (await ThrowsAsync(connection.GenerateAsync(Ct))).Message.Should().Contain("something failed within it. It says: no.");
    }

    [Theory]
    [InlineData("NAMING REPLY RESULT=OK NAME=a.i2p\n")]
    [InlineData("NAMING REPLY RESULT=OK NAME=a.i2p VALUE=AAAA\n")]
    public async Task A_name_that_leads_to_no_destination_is_named(string answer)
    {
        await using AnsweringBridge bridge = AnsweringBridge.After(answer);
        await using SamConnection connection = await bridge.GreetedAsync();
        await FailsAsync(connection.LookUpAsync("a.i2p", Ct), SamViolation.BadDestination, "(NAMING LOOKUP)");
    }

    [Theory]
    [InlineData("DUPLICATED_ID", "a session of that name exists already")]
    [InlineData("DUPLICATED_DEST", "the identity is in use on this router already")]
    [InlineData("INVALID_ID", "it knows no such session")]
    [InlineData("INVALID_KEY", "it does not take the key")]
    public async Task A_refused_session_is_a_value_with_a_sentence(string result, string said)
    {
        await using AnsweringBridge bridge = AnsweringBridge.After($"SESSION STATUS RESULT={result}\n");
        await using SamConnection connection = await bridge.GreetedAsync();
        var command = SamCommand.CreateSession("a", I2PPrivateKey.Create(), []);
        SamReply reply = await connection.AskAsync(command, Ct);
        reply.IsOk.Should().BeFalse();
        SamException.Refused(command.Name, reply).Message.Should().Contain(said);
    }

    [Fact(Timeout = 30_000)]
    public async Task Silence_of_three_minutes_is_no_answer()
    {
        var clock = new FakeTimeProvider();
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        await using SamConnection connection = await bridge.GreetedAsync(new SamConnectionOptions { Clock = clock });
        Task<SamReply> answer = connection.AskAsync(SamCommand.CreateSession("a", I2PPrivateKey.Create(), []), TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        await bridge.HeardAsync("SESSION CREATE");
        clock.Advance(TimeSpan.FromSeconds(179));
        answer.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        await FailsAsync(answer, SamViolation.Silent, "does not answer (SESSION CREATE). Check that the router is well.");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_whose_creation_nobody_answers_for_three_minutes_ends_with_that_reason()
    {
        var clock = new WatchedClock();
        await using var bridge = new AnsweringBridge(static line => line.StartsWith("SESSION", StringComparison.Ordinal) ? "" : AnsweringBridge.Politely(line));
        var sam = new SamBridge(SocketEngine.Portable, bridge.EndPoint, new SamConnectionOptions { Clock = clock });
        var key = I2PPrivateKey.Create();
        await using SamSession session = await SamSession.BeginAsync(sam, key, key.Destination.Host, [], TestContext.Current.CancellationToken);
        await clock.BegunAsync(TimeSpan.FromMinutes(3));
        clock.Advance(TimeSpan.FromSeconds(179));
        session.Ended.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        SamException why = (await session.Ended)!;
        (why.Violation, why.Message).Should().Be((SamViolation.Silent, "The SAM bridge does not answer (SESSION CREATE). Check that the router is well."));
        session.Ready.IsCompletedSuccessfully.Should().BeFalse();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_byte_now_and_then_is_no_answer()
    {
        var clock = new FakeTimeProvider();
        await using var bridge = new AnsweringBridge(static _ => "");
        await using SamConnection connection = await bridge.ConnectAsync(new SamConnectionOptions { Clock = clock });
        Task greeting = connection.GreetAsync(TestContext.Current.CancellationToken);
        await bridge.HeardAsync("HELLO");
        for (int second = 0; second < 30; second++)
        {
            await bridge.SayAsync("A");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await FailsAsync(greeting, SamViolation.Silent, "(HELLO)");
    }

    [Fact]
    public async Task A_ping_is_answered_and_a_storm_of_them_ended()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        await using SamConnection connection = await bridge.GreetedAsync();
        Task<SamMessage> reading = connection.ReadAsync("SESSION CREATE", Ct);
        await bridge.SayAsync("PING a b=c\nPING\n");
        (await bridge.HeardAsync("PONG")).Should().Be("PONG a b=c");
        (await bridge.HeardAsync("PONG")).Should().Be("PONG");
        byte[] storm = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("PING x\n", 1000)));
        try
        {
            for (int i = 0; i < 100; i++)
            {
                await bridge.SayAsync(storm);
            }
        }
        catch (SocketException)
        {
            // That is what is wanted.
        }

        await FailsAsync(reading, SamViolation.TooManyPings, "sends PING without an end (SESSION CREATE)");
    }

    [Fact]
    public async Task A_visitor_without_a_destination_is_named()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("STREAM STATUS RESULT=OK\nGET / HTTP/1.1\n");
        await using SamConnection connection = await bridge.GreetedAsync();
        (await connection.AskAsync(SamCommand.Accept("a"), Ct)).IsOk.Should().BeTrue();
        await FailsAsync(connection.ReadVisitorAsync(Ct), SamViolation.BadDestination, "(STREAM ACCEPT)");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" FROM_PORT=1 TO_PORT=2", 2)]
    public async Task A_visitors_bytes_that_came_with_his_destination_are_the_streams_first(string ports, int port)
    {
        await using AnsweringBridge bridge = AnsweringBridge.After($"STREAM STATUS RESULT=OK\n{Vectors.Destination}{ports}\nhello\n\0");
        await using SamConnection connection = await bridge.GreetedAsync();
        (await connection.AskAsync(SamCommand.Accept("a"), Ct)).IsOk.Should().BeTrue();
        SamVisitor visitor = await connection.ReadVisitorAsync(Ct);
        (visitor.Destination.Host, visitor.ToPort).Should().Be((Vectors.Host, port));
        await using var stream = connection.TakeStream();
        ReadResult read = await stream.Transport.Input.ReadAtLeastAsync(7, Ct);
        read.Buffer.ToArray().Should().Equal("hello\n\0"u8.ToArray());
    }

    [Fact]
    public async Task Credentials_are_said_with_quotation_marks_and_never_printed()
    {
        await using var bridge = new AnsweringBridge(static _ => AnsweringBridge.Hello);
        await using SamConnection connection = await bridge.ConnectAsync(new SamConnectionOptions { Credentials = new SamCredentials("me", "a \"b\\") });
        await connection.GreetAsync(Ct);
        (await bridge.HeardAsync("HELLO")).Should().Be("HELLO VERSION MIN=3.1 MAX=3.3 USER=\"me\" PASSWORD=\"a \\\"b\\\\\"");
        SamCommand.Greet(new SamCredentials("me", "secret")).ToString().Should().Be("HELLO");
        new SamCredentials("me", "secret").ToString().Should().NotContain("secret");
    }

    [Fact]
    public void Nothing_that_would_be_another_word_or_line_goes_into_a_command()
    {
        foreach (string text in (string[])["a b", "a\nQUIT", "a\"", "", "ä"])
        {
            FluentActions.Invoking(() => SamCommand.LookUp(text)).Should().Throw<ArgumentException>();
            FluentActions.Invoking(() => SamCommand.CreateSession("a", I2PPrivateKey.Create(), [text])).Should().Throw<ArgumentException>();
        }
    }

    private static async Task FailsAsync(Task task, SamViolation violation, string said)
    {
        SamException failure = await ThrowsAsync(task);
        failure.Violation.Should().Be(violation);
        failure.Message.Should().StartWith("The SAM bridge ").And.Contain(said);
    }

    private static async Task<SamException> ThrowsAsync(Task task) =>
        (await task.Awaiting(t => t.WaitAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<SamException>()).Which;
}
