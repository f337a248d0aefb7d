using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What a soak has counted and measured.</summary>
internal sealed class SoakFigures
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SoakEventKind, List<TimeSpan>> _ready = [];
    private readonly Dictionary<byte, int> _refused = [];
    private readonly Dictionary<string, (long Last, TimeSpan Longest)> _silences = [];
    private long _bytes;
    private int _connected;
    private int _echoes;
    private int _broken;

    /// <summary>Ready again, so long after an event.</summary>
    public void OnReady(SoakEventKind kind, TimeSpan after)
    {
        lock (_gate)
        {
            if (!_ready.TryGetValue(kind, out List<TimeSpan>? times))
            {
                _ready.Add(kind, times = []);
            }

            times.Add(after);
        }
    }

    public void OnConnected() => Interlocked.Increment(ref _connected);

    public void OnBroken() => Interlocked.Increment(ref _broken);

    public void OnRefused(byte reply)
    {
        lock (_gate)
        {
            _refused[reply] = _refused.GetValueOrDefault(reply) + 1;
        }
    }

    public void OnEcho(string route, int bytes)
    {
        lock (_gate)
        {
            _echoes++;
            _bytes += bytes;
            long now = Stopwatch.GetTimestamp();
            (long last, TimeSpan longest) = _silences.GetValueOrDefault(route, (now, TimeSpan.Zero));
            TimeSpan silence = Stopwatch.GetElapsedTime(last, now);
            _silences[route] = (now, silence > longest ? silence : longest);
        }
    }

    /// <summary>All of it, as tables.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            var text = new StringBuilder();
            Line($"{"ready again after",-20}{"events",8}{"median",10}{"p99",10}{"worst",10}");
            foreach ((SoakEventKind kind, List<TimeSpan> times) in _ready.OrderBy(r => r.Key))
            {
                Row(kind.ToString(), times);
            }

            Row("all", [.. _ready.Values.SelectMany(t => t)]);
            Line($"traffic: {_connected} connections, {_echoes} echoes, {_bytes / 1e6:0.0} MB each way, all bytes right; {_broken} connections broke; refused: {string.Join(", ", _refused.OrderBy(r => r.Key).Select(r => $"{r.Value} with reply {r.Key}"))}");
            Line($"longest silence of a route: {string.Join(", ", _silences.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value.Longest.TotalSeconds:0.0} s")))}");
            return text.ToString();

            void Row(string name, List<TimeSpan> times)
            {
                times.Sort();
                Line($"{name,-20}{times.Count,8}{Seconds(times, 0.5),8:0.00} s{Seconds(times, 0.99),8:0.00} s{Seconds(times, 1),8:0.00} s");
            }

            void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    // The smallest that so many are not above.
    private static double Seconds(List<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)].TotalSeconds;
}
