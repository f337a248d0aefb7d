using System.Globalization;
using System.Threading.Channels;

namespace Klyntar.Overlay.Cli;

/// <summary>Writes lines from a thread of its own, so that whoever logs never waits for a terminal that stands still or a pipe that is full.</summary>
internal sealed class LineQueue : IDisposable
{
    private const int Limit = 4096;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Limit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Action<string> _write;
    private readonly Thread _writer;
    private long _lost;

    /// <summary>Starts the thread.</summary>
    public LineQueue(Action<string> write)
    {
        _write = write;
        _writer = new Thread(Run) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    /// <summary>Writes a line soon. Where too many wait already it is lost, and their number is told as soon as writing goes on.</summary>
    public void Add(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Writes what waits, unless nobody takes it within a second.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writer.Join(EndLimit);
    }

    private void Run()
    {
        ChannelReader<string> reader = _lines.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out string? line))
            {
                _write(line);
                if (Interlocked.Exchange(ref _lost, 0) is > 0 and long lost)
                {
                    _write(string.Create(CultureInfo.InvariantCulture, $"warning: {lost} log lines were lost, since these lines were taken too slowly"));
                }
            }
        }
    }
}
