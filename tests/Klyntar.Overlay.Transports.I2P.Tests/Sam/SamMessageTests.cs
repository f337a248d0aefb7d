using CsCheck;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class SamMessageTests
{
    [Fact]
    public void Words_and_values_are_told_apart_and_a_value_keeps_its_equals_signs()
    {
        SamMessage message = Parse("NAMING REPLY RESULT=OK NAME=a.i2p VALUE=AAA==")!;
        (message.Topic, message.Kind).Should().Be(("NAMING", "REPLY"));
        message["RESULT"].Should().Be("OK");
        message["VALUE"].Should().Be("AAA==");
        message["MESSAGE"].Should().BeNull();
    }

    [Theory]
    [InlineData("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Already accepting\"", "Already accepting")]
    [InlineData("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"a \\\"b\\\" \\\\ c=d\"", "a \"b\" \\ c=d")]
    [InlineData("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"\"", "")]
    [InlineData("STREAM STATUS RESULT=I2P_ERROR MESSAGE=", "")]
    [InlineData("STREAM STATUS  RESULT=I2P_ERROR   MESSAGE=a\"b ", "a\"b")]
    public void Quotation_marks_hold_spaces_and_more(string line, string value) => Parse(line)!["MESSAGE"].Should().Be(value);

    [Theory]
    [InlineData("")]
    [InlineData(" STREAM")]
    [InlineData("RESULT=OK")]
    [InlineData("STREAM STATUS =OK")]
    [InlineData("STREAM STATUS RESULT=\"OK")]
    [InlineData("STREAM STATUS RESULT=\"OK\\\"")]
    [InlineData("STREAM STATUS RESULT=\"OK\"MESSAGE=a")]
    [InlineData("STREAM \"STATUS\"")]
    public void What_cannot_be_read_is_named(string line)
    {
        SamMessage.Parse(line, SamLimits.Default, out SamViolation violation).Should().BeNull();
        violation.Should().Be(SamViolation.BadSyntax);
    }

    [Fact]
    public void A_line_with_too_many_values_is_none()
    {
        SamMessage.Parse("A B " + string.Join(' ', Enumerable.Range(0, 17).Select(i => $"K{i}=v")), SamLimits.Default, out SamViolation violation).Should().BeNull();
        violation.Should().Be(SamViolation.TooManyValues);
    }

    [Fact]
    public void What_follows_a_ping_is_anything() => Parse("PING \"a = b")!.Text.Should().Be("\"a = b");

    [Fact]
    public void Any_line_gives_one_answer() => Gen.String[Gen.Char["AB=\" \\c"], 0, 30].Sample(line =>
    {
        SamMessage? message = Parse(line);
        (message is null || message.Topic.Length > 0).Should().BeTrue();
    });

    [Fact]
    public void Any_bytes_in_any_split_make_the_same_lines()
    {
        Gen.Select(Gen.Byte[(byte)' ', (byte)'~'].Array[0, 40].List[0, 5], Gen.Int[1, 9], Gen.Bool).Sample((lines, part, isCarriageReturn) =>
        {
            byte[] bytes = [.. lines.SelectMany(line => (byte[])[.. line, .. isCarriageReturn ? "\r\n"u8 : "\n"u8])];
            var reader = new SamLineReader(SamLimits.Default);
            var read = new List<string>();
            foreach (byte[] chunk in bytes.Chunk(part))
            {
                ReadOnlySpan<byte> rest = chunk;
                while (reader.Read(ref rest) is { } line)
                {
                    read.Add(line);
                }
            }

            reader.Violation.Should().BeNull();
            read.Should().Equal(lines.Select(System.Text.Encoding.ASCII.GetString));
        });
    }

    [Theory]
    [InlineData("A\0B\n")]
    [InlineData("A\rB\n")]
    [InlineData("\u00ff")]
    [InlineData("A\r\r\n")]
    [InlineData("\t")]
    public void A_line_that_is_no_text_is_told_as_soon_as_it_shows(string text)
    {
        foreach (int part in (int[])[1, 100])
        {
            var reader = new SamLineReader(SamLimits.Default);
            foreach (byte[] chunk in System.Text.Encoding.Latin1.GetBytes(text).Chunk(part))
            {
                ReadOnlySpan<byte> rest = chunk;
                reader.Read(ref rest).Should().BeNull();
            }

            reader.Violation.Should().Be(SamViolation.NotText);
        }
    }

    private static SamMessage? Parse(string line) => SamMessage.Parse(line, SamLimits.Default, out _);
}
