namespace Klyntar.Overlay.Processes;

/// <summary>The last lines of an output.</summary>
internal sealed class RecentLines
{
    /// <summary>How many are kept.</summary>
    public const int Limit = 50;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new(Limit);

    public void Add(string line)
    {
        lock (_gate)
        {
            if (_lines.Count == Limit)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }
}
