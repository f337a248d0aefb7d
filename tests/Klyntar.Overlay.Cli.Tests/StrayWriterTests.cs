using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class StrayWriterTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly StringWriter _told = new() { NewLine = "\n" };
    private readonly StrayWriter _writer;

    public StrayWriterTests() => _writer = new StrayWriter(_told, _clock);

    public void Dispose()
    {
        _writer.Dispose();
        _told.Dispose();
    }

    [Fact]
    public void What_is_written_is_told_as_a_plugins_without_what_moves_the_cursor()
    {
        _writer.Write("a\u001b[2Jb\nhalf a line");
        _writer.Flush();

        Lines().Should().Equal("A plugin wrote: a [2Jb", "A plugin wrote: half a line");
    }

    [Fact]
    public void So_many_lines_are_told_in_a_minute_and_as_many_in_the_next()
    {
        WriteLines(StrayWriter.MostLines + 5);
        Lines().Should().HaveCount(StrayWriter.MostLines + 1).And.EndWith("Plugins write more than that to the terminal, which is left out for a minute. Their authors should log instead.");

        _clock.Advance(StrayWriter.While);
        WriteLines(3);

        Lines().Should().HaveCount(StrayWriter.MostLines + 4).And.EndWith("A plugin wrote: 2");
    }

    [Fact]
    public void Who_writes_seldom_is_always_told()
    {
        for (int i = 0; i < StrayWriter.MostLines; i++)
        {
            WriteLines(2);
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        Lines().Should().HaveCount(2 * StrayWriter.MostLines).And.OnlyContain(line => line.StartsWith("A plugin wrote: ", StringComparison.Ordinal));
    }

    private void WriteLines(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _writer.WriteLine(i);
        }
    }

    private string[] Lines() => _told.ToString().TrimEnd('\n').Split('\n');
}
