using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>Dials a peer over several ways: the most promising first, the next when that takes long or fails. Who connects first wins, and the others are given up.</summary>
/// <remarks>As RFC 8305 has it for IPv6 and IPv4 ("Happy Eyeballs"), with the patience that overlays need.</remarks>
internal sealed class DialRace(Router router, TimeProvider clock)
{
    /// <summary>How long a way goes alone that was never measured.</summary>
    internal static readonly TimeSpan UsualLead = TimeSpan.FromSeconds(1);

    internal static readonly TimeSpan LeastLead = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan MostLead = TimeSpan.FromSeconds(3);

    /// <summary>How long a connection that may be one to nobody (<see cref="TransportCapabilities.UnconfirmedDials"/>) waits for a better one that is under way.</summary>
    internal static readonly TimeSpan DoubtTime = TimeSpan.FromSeconds(2);

    /// <summary>Dials.</summary>
    /// <param name="ways">At least one.</param>
    /// <param name="request">Isolation and deadline of the dial.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <returns>The result, and the way that it came by; none where all failed.</returns>
    public async ValueTask<(DialResult Result, Way? Way)> DialAsync(ImmutableArray<Way> ways, DialRequest request, CancellationToken cancellationToken)
    {
        if (ways is [var only])
        {
            DialResult result = await DialAsync(only, request, cancellationToken);
            return (result, result.IsConnected ? only : null);
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<(Way Way, Task<DialResult> Dial)>();
        (Way Way, Task<DialResult> Dial)? best = null;
        var failed = new Dictionary<Way, DialError>();
        try
        {
            best = await RunAsync(Order(ways), running, failed, request, lost.Token);
            return best is { } won ? (await won.Dial, won.Way) : (Combine(ways, failed), null);
        }
        finally
        {
            await lost.CancelAsync();
            foreach ((Way Way, Task<DialResult> Dial) loser in running.Where(r => r.Dial != best?.Dial))
            {
                _ = DropAsync(loser.Dial);
            }
        }
    }

    /// <summary>Without recent failures first, then those whose connections are certain, then the quick ones.</summary>
    internal static ImmutableArray<Way> Order(ImmutableArray<Way> ways) =>
        [.. ways.OrderBy(w => w.Failures).ThenBy(w => w.Transport.Capabilities.UnconfirmedDials).ThenBy(w => w.Latency ?? TimeSpan.MaxValue)];

    private async Task<(Way Way, Task<DialResult> Dial)?> RunAsync(
        ImmutableArray<Way> ordered, List<(Way Way, Task<DialResult> Dial)> running, Dictionary<Way, DialError> failed, DialRequest request, CancellationToken lost)
    {
        int started = 0;
        (Way Way, Task<DialResult> Dial)? doubtful = null;
        while (true)
        {
            bool isNext = started < ordered.Length && doubtful is null;
            if (isNext)
            {
                running.Add((ordered[started], DialAsync(ordered[started], request, lost).AsTask()));
                started++;
            }

            (Way Way, Task<DialResult> Dial)[] open = [.. running.Where(r => !failed.ContainsKey(r.Way) && r.Dial != doubtful?.Dial)];
            if (open.Length == 0)
            {
                if (doubtful is not null || started == ordered.Length)
                {
                    return doubtful;
                }

                continue;
            }

            TimeSpan patience = doubtful is not null ? DoubtTime : started < ordered.Length ? LeadOf(open[^1].Way) : Timeout.InfiniteTimeSpan;
            if (await FirstAsync(open.Select(r => r.Dial), patience, lost) is not { } ended)
            {
                if (doubtful is not null)
                {
                    return doubtful;
                }

                continue;
            }

            (Way Way, Task<DialResult> Dial) done = open.First(r => r.Dial == ended);
            DialResult result = await ended;
            if (!result.IsConnected)
            {
                failed.Add(done.Way, result.Error);
            }
            else if (!done.Way.Transport.Capabilities.UnconfirmedDials || !open.Any(r => r.Dial != ended && IsBetter(r.Way)))
            {
                return done;
            }
            else
            {
                doubtful = done;
            }
        }
    }

    private async ValueTask<DialResult> DialAsync(Way way, DialRequest request, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        DialResult result = await router.DialAsync(Route.To(way.Transport, way.EndPoint), request, cancellationToken);
        if (result.IsConnected)
        {
            way.Reached(clock.GetElapsedTime(start));
        }
        else
        {
            way.Failed(result.Error);
        }

        return result;
    }

    private async Task<Task<DialResult>?> FirstAsync(IEnumerable<Task<DialResult>> dials, TimeSpan patience, CancellationToken lost)
    {
        Task<Task<DialResult>> first = Task.WhenAny(dials);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(lost);
        Task late = Task.Delay(patience, clock, timer.Token);
        await Task.WhenAny(first, late);
        await timer.CancelAsync();

        // Where the caller gives up, the dials give up too, and soon tell so.
        return first.IsCompleted || lost.IsCancellationRequested ? await first : null;
    }

    private static bool IsBetter(Way way) => !way.Transport.Capabilities.UnconfirmedDials && way.Failures == 0;

    private static TimeSpan LeadOf(Way way)
    {
        TimeSpan lead = 2 * way.Latency ?? UsualLead;
        return lead < LeastLead ? LeastLead : lead > MostLead ? MostLead : lead;
    }

    private static DialError Combine(ImmutableArray<Way> ways, Dictionary<Way, DialError> failed)
    {
        // The first in the operator's order gives the cause; the others are told beside it.
        DialError[] errors = [.. ways.Where(failed.ContainsKey).Select(w => failed[w])];
        return new DialError(errors[0].Kind, null, string.Join("; ", errors.Select(e => e.ToString().TrimEnd('.'))));
    }

    private static async Task DropAsync(Task<DialResult> dial)
    {
        DialResult result = await dial;
        if (result.IsConnected)
        {
            result.Connection.Abort();
            await result.Connection.DisposeAsync();
        }
    }
}
