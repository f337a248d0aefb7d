using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlDecoderTests
{
    [Fact]
    public void A_one_line_reply_is_decoded()
    {
        (List<ControlMessage> messages, ControlViolation? violation) = Decode("250 OK\r\n");
        violation.Should().BeNull();
        messages.Should().ContainSingle().Which.Lines.Should().Equal(new ControlLine(250, "OK"));
    }

    [Fact]
    public void Mid_data_and_end_lines_make_one_reply()
    {
        (List<ControlMessage> messages, _) = Decode("250-version=0.4.9.11\r\n250+desc=\r\na\r\n\r\n..b\r\n.\r\n250 OK\r\n650 STREAM 1\r\n");
        messages.Should().HaveCount(2);
        messages[0].Lines.Should().Equal(
            new ControlLine(250, "version=0.4.9.11"),
            new ControlLine(250, "desc=", "a\n\n.b"),
            new ControlLine(250, "OK"));
        messages[0].IsEvent.Should().BeFalse();
        messages[1].IsEvent.Should().BeTrue();
    }

    [Theory]
    [InlineData("250+x=\r\n.\r\n250 OK\r\n", "")]
    [InlineData("250+x=\r\n\r\n.\r\n250 OK\r\n", "")]
    [InlineData("250+x=\r\n..\r\n.\r\n250 OK\r\n", ".")]
    [InlineData("250+x=\r\n250 OK\r\n.\r\n250 OK\r\n", "250 OK")]
    public void Dots_of_a_data_block_are_unstuffed(string wire, string data)
    {
        (List<ControlMessage> messages, _) = Decode(wire);
        messages.Should().ContainSingle().Which.Lines[0].Data.Should().Be(data);
    }

    [Fact]
    public void A_line_of_100_000_bytes_is_taken_and_one_more_byte_is_not()
    {
        string longest = "250 " + new string('a', 100_000 - 4);
        Decode(longest + "\r\n").Messages.Should().ContainSingle();
        Decode(longest + "a\r\n").Violation.Should().Be(ControlViolation.LineTooLong);
        Decode(longest + "a").Violation.Should().Be(ControlViolation.LineTooLong, "the line's end is not waited for");
    }

    [Fact]
    public void A_reply_of_1_000_lines_is_taken_and_one_more_line_is_not()
    {
        string lines = string.Concat(Enumerable.Repeat("250-a\r\n", 999));
        Decode(lines + "250 OK\r\n").Messages.Should().ContainSingle();
        Decode(lines + "250-a\r\n250 OK\r\n").Violation.Should().Be(ControlViolation.TooManyLines);
    }

    [Fact]
    public void Lines_of_a_data_block_count_as_lines()
    {
        string data = "250+x=\r\n" + string.Concat(Enumerable.Repeat("a\r\n", 1_000));
        Decode(data).Violation.Should().Be(ControlViolation.TooManyLines);
    }

    [Fact]
    public void A_message_over_the_total_is_refused()
    {
        string line = "250-" + new string('a', 99_990) + "\r\n";
        Decode(string.Concat(Enumerable.Repeat(line, 42))).Violation.Should().Be(ControlViolation.MessageTooLong);
    }

    [Theory]
    [InlineData("250 OK\n", nameof(ControlViolation.BareLineFeed))]
    [InlineData("\n", nameof(ControlViolation.BareLineFeed))]
    [InlineData("250 O\rK\r\n", nameof(ControlViolation.BareCarriageReturn))]
    [InlineData("\r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("25\r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("OK \r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("199 OK\r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("700 OK\r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("-25 OK\r\n", nameof(ControlViolation.NoStatusCode))]
    [InlineData("250\r\n", nameof(ControlViolation.NoSeparator))]
    [InlineData("250OK\r\n", nameof(ControlViolation.NoSeparator))]
    [InlineData("250-a\r\n650 b\r\n", nameof(ControlViolation.MixedMessage))]
    [InlineData("650-a\r\n250 b\r\n", nameof(ControlViolation.MixedMessage))]
    public void What_the_protocol_does_not_allow_is_named(string wire, string violation)
    {
        (List<ControlMessage> messages, ControlViolation? found) = Decode(wire);
        messages.Should().BeEmpty();
        found.ToString().Should().Be(violation);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("250 OK\r\n", null)]
    [InlineData("2", nameof(ControlViolation.EndedWithinMessage))]
    [InlineData("250 OK\r", nameof(ControlViolation.EndedWithinMessage))]
    [InlineData("250-a\r\n", nameof(ControlViolation.EndedWithinMessage))]
    [InlineData("250+a=\r\nb\r\n", nameof(ControlViolation.EndedWithinData))]
    [InlineData("250+a=\r\nb\r\n250 OK\r\n", nameof(ControlViolation.EndedWithinData))]
    public void An_end_within_a_message_is_told_from_one_between_two(string wire, string? violation)
    {
        var decoder = new ControlDecoder();
        ReadOnlySpan<byte> input = Encoding.Latin1.GetBytes(wire);
        while (decoder.Decode(ref input) is not null)
        {
        }

        (decoder.End()?.ToString()).Should().Be(violation);
    }

    [Fact]
    public void Nothing_is_decoded_after_a_violation()
    {
        var decoder = new ControlDecoder();
        ReadOnlySpan<byte> input = "bad\r\n250 OK\r\n"u8;
        decoder.Decode(ref input).Should().BeNull();
        input = "250 OK\r\n"u8;
        decoder.Decode(ref input).Should().BeNull();
        decoder.End().Should().Be(ControlViolation.NoStatusCode);
    }

    [Fact]
    public void Every_violation_has_a_sentence() =>
        Enum.GetValues<ControlViolation>().Select(v => v.Sentence()).Should().OnlyHaveUniqueItems();

    [Fact]
    public void A_message_does_not_show_its_text()
    {
        ControlMessage message = Decode("250-PrivateKey=ED25519-V3:secret\r\n250 OK\r\n").Messages.Single();
        message.ToString().Should().NotContain("secret");
        message.Lines[0].ToString().Should().NotContain("secret");
    }

    [Fact]
    public void Any_bytes_at_any_split_decode_as_they_do_whole()
    {
        var limits = new ControlLimits { LineLength = 20, Lines = 5, MessageLength = 60 };
        Gen<string> piece = Gen.OneOf("250", "650", "-", "+", " ", "OK", "\r\n", "\r\n", "\r", "\n", ".", "..", "a=", "aaaaaaaaa", "\0", "\xff");
        Gen.Select(piece.Array[0, 40], Gen.Int[1, 7].Array[1, 8]).Sample((pieces, sizes) =>
        {
            byte[] wire = Encoding.Latin1.GetBytes(string.Concat(pieces));
            Outcome(wire, [wire.Length + 1], limits).Should().Be(Outcome(wire, sizes, limits));
        }, iter: 5_000);
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_exceed_the_caps()
    {
        var limits = new ControlLimits { LineLength = 64, Lines = 8, MessageLength = 256 };
        Gen.Byte.Array[0, 2_000].Sample(wire => Outcome(wire, [17], limits).Should().NotBeNull());
    }

    [Fact]
    public void Any_message_comes_back_as_it_was_written()
    {
        Gen<string> text = Gen.Char[' ', '\xff'].Array[0, 30].Select(c => new string(c));
        Gen<ControlLine> line = Gen.Select(text, text.Array[1, 4].Select(l => string.Join('\n', l)), Gen.Bool, (t, d, isData) => new ControlLine(250, t, isData ? d : null));
        line.Array[0, 6].Sample(lines =>
        {
            ControlLine[] all = [.. lines, new ControlLine(250, "OK")];
            (List<ControlMessage> messages, ControlViolation? violation) = Decode(string.Concat(all.Select((l, i) => Encode(l, i == all.Length - 1))));
            violation.Should().BeNull();
            messages.Should().ContainSingle().Which.Lines.Should().Equal(all);
        });
    }

    private static string Encode(ControlLine line, bool isLast)
    {
        if (line.Data is null)
        {
            return $"{line.Status}{(isLast ? ' ' : '-')}{line.Text}\r\n";
        }

        IEnumerable<string> stuffed = line.Data.Split('\n').Select(l => l.StartsWith('.') ? "." + l : l);
        return $"{line.Status}+{line.Text}\r\n{string.Concat(stuffed.Select(l => l + "\r\n"))}.\r\n";
    }

    private static (List<ControlMessage> Messages, ControlViolation? Violation) Decode(string wire)
    {
        var decoder = new ControlDecoder();
        var messages = new List<ControlMessage>();
        ReadOnlySpan<byte> input = Encoding.Latin1.GetBytes(wire);
        while (decoder.Decode(ref input) is { } message)
        {
            messages.Add(message);
        }

        return (messages, decoder.Violation);
    }

    private static string Outcome(byte[] wire, int[] sizes, ControlLimits limits)
    {
        var decoder = new ControlDecoder(limits);
        var outcome = new StringBuilder();
        int offset = 0;
        for (int i = 0; offset < wire.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Length], wire.Length - offset);
            ReadOnlySpan<byte> input = wire.AsSpan(offset, size);
            offset += size;
            while (decoder.Decode(ref input) is { } message)
            {
                message.Lines.Length.Should().BeLessThanOrEqualTo(limits.Lines);
                outcome.AppendJoin('|', message.Lines.Select(l => $"{l.Status}{l.Text}[{l.Data}]")).AppendLine();
            }
        }

        return outcome.Append(decoder.End()).ToString();
    }
}
