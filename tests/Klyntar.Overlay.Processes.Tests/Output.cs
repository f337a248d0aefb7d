using System.Threading.Channels;

namespace Klyntar.Overlay.Processes.Tests;

/// <summary>Keeps the lines of a process and lets a test await the next.</summary>
internal sealed class Output
{
    private readonly Channel<string> _next = Channel.CreateUnbounded<string>();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line)
    {
        _lines.Add(line);
        _next.Writer.TryWrite(line);
    }

    public async Task<string> NextAsync() => await _next.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
