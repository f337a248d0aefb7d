namespace Klyntar.Overlay.Gateway;

/// <summary>Lets a number of dials to one destination go on at a time; the others wait in line, first come, first served.</summary>
/// <remarks>
/// A node that redials without limit is slowed down by waiting. Refusing it at once would make it dial again at once.
/// </remarks>
internal sealed class DestinationGate(int perDestination)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OverlayEndPoint, Line> _lines = [];

    /// <summary>How many destinations have dials under way or waiting.</summary>
    public int Destinations
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>Waits for a turn; leave again after.</summary>
    /// <returns>Null once it is its turn, or why it does not come; then there is nothing to leave.</returns>
    public async ValueTask<DialError?> EnterAsync(OverlayEndPoint destination, Deadline deadline, CancellationToken cancellationToken)
    {
        Line line;
        lock (_gate)
        {
            if (!_lines.TryGetValue(destination, out Line? known))
            {
                _lines[destination] = known = new Line(perDestination);
            }

            known.Users++;
            line = known;
        }

        DialError? error = await Router.EnterAsync(line.Places, deadline, cancellationToken);
        if (error is not null)
        {
            Drop(destination, line);
        }

        return error;
    }

    /// <summary>Ends a turn.</summary>
    public void Leave(OverlayEndPoint destination)
    {
        Line line;
        lock (_gate)
        {
            line = _lines[destination];
        }

        line.Places.Release();
        Drop(destination, line);
    }

    private void Drop(OverlayEndPoint destination, Line line)
    {
        lock (_gate)
        {
            if (--line.Users == 0)
            {
                _lines.Remove(destination);
                line.Places.Dispose();
            }
        }
    }

    private sealed class Line(int places)
    {
        public SemaphoreSlim Places { get; } = new(places);

        public int Users { get; set; }
    }
}
