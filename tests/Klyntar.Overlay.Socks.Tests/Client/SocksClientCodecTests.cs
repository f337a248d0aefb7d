using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Socks.Tests;

public class SocksClientCodecTests
{
    private const string Success = "05 00 00 01 00000000 0000";

    private static readonly SocksClientRequest Plain = new("a.b", 80);
    private static readonly SocksClientRequest WithCredentials = new("a.b", 80) { Credentials = (Wire.Text("u"), Wire.Text("pw")) };

    [Fact]
    public void All_goes_out_at_once_with_the_payload_behind()
    {
        FirstOutput(Plain).Should().Be("050100" + "0501000303612E620050");
        FirstOutput(WithCredentials).Should().Be("050102" + "0101" + "75" + "02" + "7077" + "0501000303612E620050");
        FirstOutput(WithCredentials with { Payload = Wire.Text("hi") }).Should().EndWith("0050" + "6869");
    }

    [Fact]
    public void Only_credentials_are_offered_where_there_are_some_so_that_no_proxy_can_drop_the_isolation() =>
        FirstOutput(WithCredentials with { Optimistic = false }).Should().Be("050102");

    [Theory]
    [InlineData("192.0.2.7", "01" + "C0000207")]
    [InlineData("2001:db8::9", "04" + "20010DB8000000000000000000000009")]
    [InlineData("[2001:db8::9]", "04" + "20010DB8000000000000000000000009")]
    [InlineData("a.b", "03" + "03" + "612E62")]
    public void Addresses_go_out_as_addresses_and_names_as_names(string host, string wire) =>
        FirstOutput(new SocksClientRequest(host, 443)).Should().Be("050100" + "050100" + wire + "01BB");

    [Fact]
    public void Look_ups_carry_tor_s_commands()
    {
        FirstOutput(new SocksClientRequest("a.b", 0) { Command = SocksCommand.Resolve }).Should().Be("050100" + "05F0000303612E620000");
        FirstOutput(new SocksClientRequest("192.0.2.7", 0) { Command = SocksCommand.ResolvePtr }).Should().Be("050100" + "05F10001C00002070000");
    }

    [Fact]
    public void Step_by_step_each_message_waits_for_its_answer()
    {
        var codec = new SocksClientCodec(WithCredentials with { Optimistic = false });
        Hex(codec.TakeOutput()).Should().Be("050102");
        codec.Advance([5, 2], out _).Should().Be(SocksClientStep.NeedMore);
        Hex(codec.TakeOutput()).Should().Be("010175027077");
        codec.Advance([1, 0], out _).Should().Be(SocksClientStep.NeedMore);
        Hex(codec.TakeOutput()).Should().Be("0501000303612E620050");
        codec.Advance(Wire.Hex(Success), out _).Should().Be(SocksClientStep.Done);
        codec.TakeOutput().IsEmpty.Should().BeTrue();
        codec.Reply([]).IsConnected.Should().BeTrue();
    }

    [Fact]
    public void All_at_once_nothing_is_sent_twice()
    {
        var codec = new SocksClientCodec(WithCredentials);
        codec.TakeOutput();
        codec.Advance([5, 2, 1, 0], out _).Should().Be(SocksClientStep.NeedMore);
        codec.TakeOutput().IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void All_at_once_the_method_may_be_missing_as_tor_s_is()
    {
        var codec = new SocksClientCodec(WithCredentials);
        codec.TakeOutput();
        codec.Advance([1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0], out int consumed).Should().Be(SocksClientStep.Done);
        consumed.Should().Be(12);
        codec.Reply([]).IsConnected.Should().BeTrue();
    }

    [Fact]
    public void Step_by_step_the_method_may_not_be_missing()
    {
        var codec = new SocksClientCodec(WithCredentials with { Optimistic = false });
        codec.TakeOutput();
        codec.Advance([1, 0], out _).Should().Be(SocksClientStep.Done);
        codec.Reply([]).End.Should().Be(SocksClientEnd.Violation);
    }

    [Theory]
    [InlineData("05 00 00 01 C0000207 1F90", "192.0.2.7", null)]
    [InlineData("05 00 00 04 20010DB8000000000000000000000009 1F90", "2001:db8::9", null)]
    [InlineData("05 00 00 03 03 612E62 1F90", null, "a.b")]
    [InlineData("05 00 00 03 09 3139322E302E322E37 1F90", "192.0.2.7", null)]
    [InlineData("05 00 00 03 00 1F90", null, null)]
    public void A_bound_address_of_each_type_is_read_and_the_stream_s_bytes_left(string reply, string? address, string? host)
    {
        SocksClientReply outcome = Outcome(Plain, "05 00" + reply + "AA BB");

        outcome.IsConnected.Should().BeTrue();
        outcome.End.Should().Be(SocksClientEnd.Replied);
        outcome.BoundAddress.Should().Be(address is null ? null : IPAddress.Parse(address));
        outcome.BoundHost.Should().Be(host);
        outcome.BoundPort.Should().Be(8080);
        outcome.AlreadyRead.ToArray().Should().Equal(0xAA, 0xBB);
    }

    [Theory]
    [InlineData("05 04 00 01 00000000 0000", 0x04)]
    [InlineData("05 F0 00 01 00000000 0000", 0xF0)]
    [InlineData("05 FF", 0xFF)]
    [InlineData("05 01 00 09", 0x01)]
    public void A_failure_s_code_comes_as_it_is_whatever_follows(string reply, byte code)
    {
        SocksClientReply outcome = Outcome(Plain, "05 00" + reply);

        outcome.Should().BeEquivalentTo(new { Code = code, Violation = (string?)null, End = SocksClientEnd.Replied, IsConnected = false });
        outcome.AlreadyRead.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData("48545450", SocksClientEnd.Violation, "*version 72*no SOCKS5 proxy*")]
    [InlineData("04 00", SocksClientEnd.Violation, "*version 4*")]
    [InlineData("05 00", SocksClientEnd.Violation, "*method 00*not offered*")]
    [InlineData("05 01", SocksClientEnd.Violation, "*method 01*not offered*")]
    [InlineData("05 FF", SocksClientEnd.MethodRefused, "*no user name and password*")]
    [InlineData("05 02 05 00", SocksClientEnd.Violation, "*credentials with version 5*")]
    [InlineData("05 02 01 01", SocksClientEnd.CredentialsRefused, "*does not accept*")]
    [InlineData("05 02 01 FF", SocksClientEnd.CredentialsRefused, "*does not accept*")]
    [InlineData("05 02 01 00 04 00", SocksClientEnd.Violation, "*request with version 4*")]
    [InlineData("05 02 01 00 05 00 01", SocksClientEnd.Violation, "*reserved byte*")]
    [InlineData("05 02 01 00 05 00 00 02 00", SocksClientEnd.Violation, "*address type 02*")]
    [InlineData("05 02 01 00 05 00 00 03 02 610A 0000", SocksClientEnd.Violation, "*host name that is none*")]
    public void A_proxy_that_breaks_off_or_breaks_the_rules_is_named(string answers, SocksClientEnd end, string violation)
    {
        SocksClientReply outcome = Outcome(WithCredentials, answers);

        outcome.End.Should().Be(end);
        outcome.Violation.Should().Match(violation);
        outcome.IsConnected.Should().BeFalse();
    }

    [Fact]
    public void Without_credentials_a_proxy_that_wants_some_is_named() =>
        Outcome(Plain, "05 FF").Should().BeEquivalentTo(new { End = SocksClientEnd.MethodRefused, IsConnected = false });

    [Fact]
    public void A_look_up_s_answer_must_be_one()
    {
        SocksClientRequest forward = Plain with { Command = SocksCommand.Resolve };
        var reverse = new SocksClientRequest("192.0.2.7", 0) { Command = SocksCommand.ResolvePtr };

        Outcome(forward, "05 00 05 00 00 01 C0000207 0000").BoundAddress.Should().Be(IPAddress.Parse("192.0.2.7"));
        Outcome(forward, "05 00 05 00 00 03 03 612E62 0000").End.Should().Be(SocksClientEnd.Violation);
        Outcome(reverse, "05 00 05 00 00 03 03 612E62 0000").BoundHost.Should().Be("a.b");
        Outcome(reverse, "05 00 05 00 00 01 C0000207 0000").End.Should().Be(SocksClientEnd.Violation);
        Outcome(reverse, "05 00 05 00 00 03 00 0000").End.Should().Be(SocksClientEnd.Violation);
    }

    [Fact]
    public void Requests_that_SOCKS5_cannot_carry_are_bugs()
    {
        Rejects(new SocksClientRequest("", 80));
        Rejects(new SocksClientRequest(new string('a', 256), 80));
        Rejects(new SocksClientRequest("a b", 80));
        Rejects(new SocksClientRequest("a\r\nb", 80));
        Rejects(new SocksClientRequest("\u00E9", 80));
        Rejects(new SocksClientRequest("a", -1));
        Rejects(new SocksClientRequest("a", 65536));
        Rejects(Plain with { Credentials = (new byte[256], default) });
        Rejects(Plain with { Credentials = (default, new byte[256]) });
        Rejects(Plain with { Payload = new byte[1], Optimistic = false });
        Rejects(Plain with { Payload = new byte[1], Command = SocksCommand.Resolve });
        Rejects(Plain with { Command = SocksCommand.ResolvePtr });
        Rejects(Plain with { Command = (SocksCommand)2 });

        static void Rejects(SocksClientRequest request)
        {
            Action start = () => _ = new SocksClientCodec(request);
            start.Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void A_request_tells_neither_host_nor_credentials() => WithCredentials.ToString().Should().Be("SOCKS5 Connect");

    [Fact]
    public void Any_answers_in_any_split_give_the_same_outcome()
    {
        Gen<byte[]> good = Gen.Select(Gens.Address, Gens.Host, Gen.Bool, Gen.Byte.Array[0, 20], (address, host, isNamed, rest) =>
        {
            byte[] raw = address.GetAddressBytes();
            return (byte[])[5, 2, 1, 0, 5, 0, 0, .. isNamed ? [3, (byte)host.Length, .. Wire.Text(host)] : (byte[])[(byte)(raw.Length == 4 ? 1 : 4), .. raw], 0, 80, .. rest];
        });
        Gen<byte[]> answers = Gen.Frequency((1, good), (2, Gens.DamagedFrom(good)), (1, Gen.Byte.Array[0, 300]), (1, Gen.Byte.Array[0, 300].Select(b => (byte[])[5, 2, 1, 0, 5, 0, 0, .. b])));
        Gen.Select(answers, Gens.Pieces, Gen.Bool).Sample((bytes, pieces, optimistic) =>
        {
            SocksClientRequest request = WithCredentials with { Optimistic = optimistic };
            string whole = Outcomes(request, bytes, []);

            Outcomes(request, bytes, pieces).Should().Be(whole);
            Outcomes(request, bytes, [.. Enumerable.Repeat(1, bytes.Length)]).Should().Be(whole);
        }, iter: 5_000);
    }

    private static string Outcomes(SocksClientRequest request, byte[] bytes, int[] pieces)
    {
        var codec = new SocksClientCodec(request);
        var step = SocksClientStep.NeedMore;
        int total = 0;
        for (int i = 0; step == SocksClientStep.NeedMore && total < bytes.Length; i++)
        {
            ReadOnlySpan<byte> piece = bytes.AsSpan(total);
            piece = i < pieces.Length ? piece[..Math.Min(pieces[i], piece.Length)] : piece;
            step = codec.Advance(piece, out int consumed);
            consumed.Should().BeInRange(0, piece.Length);
            total += consumed;
        }

        if (step == SocksClientStep.NeedMore)
        {
            return "need more";
        }

        SocksClientReply reply = codec.Reply(bytes.AsSpan(total));
        return $"{reply.End} {reply.Code} {reply.Violation} {reply.BoundAddress} {reply.BoundHost} {reply.BoundPort} {Hex(reply.AlreadyRead)}";
    }

    private static SocksClientReply Outcome(SocksClientRequest request, string answers)
    {
        var codec = new SocksClientCodec(request);
        byte[] bytes = Wire.Hex(answers);
        codec.Advance(bytes, out int consumed).Should().Be(SocksClientStep.Done);
        return codec.Reply(bytes.AsSpan(consumed));
    }

    private static string FirstOutput(SocksClientRequest request)
    {
        var codec = new SocksClientCodec(request);
        return Hex(codec.TakeOutput());
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
