using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class LineSplitterTests
{
    [Fact]
    public void Lines_come_without_their_ends() => Split("one\ntwo\r\n\nlast").Should().Equal("one", "two", "", "last");

    [Fact]
    public void An_output_without_a_byte_has_no_line() => Split("").Should().BeEmpty();

    [Fact]
    public void A_line_is_cut_at_8_KiB_and_the_next_is_whole()
    {
        List<string> lines = Split(new string('x', 100_000) + "\nnext\n");

        lines.Should().HaveCount(2).And.EndWith("next");
        lines[0].Should().HaveLength(LineSplitter.Limit);
    }

    [Fact]
    public void Escape_sequences_do_not_get_through() => Split("\u001b[2J\tred\u0007\u009b1m").Should().Equal("\uFFFD[2J\tred\uFFFD\uFFFD1m");

    [Fact]
    public void Bytes_that_are_no_text_make_lines_too()
    {
        List<string> lines = [];
        LineSplitter splitter = new();
        splitter.Append([0xff, 0xfe, 0x0a, 0x41], lines.Add);
        splitter.End(lines.Add);

        lines.Should().Equal("\uFFFD\uFFFD", "A");
    }

    [Fact]
    public void Any_split_of_any_bytes_gives_the_same_lines() =>
        Gen.Select(Gen.Byte.Array[0, 20_000], Gen.Int[1, 9000]).Sample((bytes, size) =>
        {
            // Line ends are frequent, so that lines of all lengths occur.
            byte[] text = [.. bytes.Select(b => b % 61 == 0 ? (byte)'\n' : b)];
            List<string> whole = Split(text, text.Length + 1);

            Split(text, size).Should().Equal(whole);
            whole.Should().NotContain(line => line.Length > LineSplitter.Limit || line.Any(c => char.IsControl(c) && c != '\t'));
        });

    private static List<string> Split(string text) => Split(Encoding.UTF8.GetBytes(text), int.MaxValue);

    private static List<string> Split(byte[] bytes, int size)
    {
        List<string> lines = [];
        LineSplitter splitter = new();
        foreach (byte[] part in bytes.Chunk(size))
        {
            splitter.Append(part, lines.Add);
        }

        splitter.End(lines.Add);
        return lines;
    }
}
