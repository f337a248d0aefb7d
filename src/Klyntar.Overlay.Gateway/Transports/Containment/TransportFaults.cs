using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>What one transport's code has done that it should not: told to the log, and kept as sentences for its status. Safe to call from several threads at once.</summary>
internal sealed partial class TransportFaults(string transport, ILogger logger)
{
    private const int LongestMessage = 200;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Fault> _faults = new(StringComparer.Ordinal);

    /// <summary>A sentence for each kind of fault.</summary>
    public ImmutableArray<string> Notes
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults.Values.Select(f => f.ToString())];
            }
        }
    }

    /// <summary>A member threw what it should not.</summary>
    public void Threw(string member, Exception exception)
    {
        if (exception is TransportHangsException)
        {
            // Told of when it was found out.
            return;
        }

        LogThrew(exception, transport, member);
        Add($"{member} threw", count => $"{member} threw an exception {Times(count)}: {Shown(exception)}. The log has the details; report it to the transport's author.");
    }

    /// <summary>Nobody caught an exception of its code, which had been called by .NET and not by the gateway.</summary>
    public void Strayed(Exception exception)
    {
        LogStrayed(exception, transport);
        Add("stray", count => $"A thread, timer or async void of its own threw an exception {Times(count)}, and has ended: {Shown(exception)}. The log has the details; report it to the transport's author.");
    }

    /// <summary>A member does not return.</summary>
    public void Hangs(string member, TimeSpan limit)
    {
        LogHangs(transport, member, limit.TotalSeconds);
        Add($"{member} hangs", count => $"{member} did not return within {limit.TotalSeconds:0} s {Times(count)}. Report it to the transport's author.");
    }

    /// <summary>Log lines were left out.</summary>
    public void Flooded(int lines) =>
        Add("log", count => $"{count} log lines were left out, since it wrote too many.", lines);

    [LoggerMessage(1, LogLevel.Error, "{Transport} threw from {Member}. Please report it to the transport's author.")]
    private partial void LogThrew(Exception exception, string transport, string member);

    [LoggerMessage(2, LogLevel.Error, "{Transport} did not return from {Member} within {Seconds:0} s. Please report it to the transport's author.")]
    private partial void LogHangs(string transport, string member, double seconds);

    [LoggerMessage(3, LogLevel.Error, "{Transport} caught no exception in a thread, timer or async void of its own, which has ended. Please report it to the transport's author.")]
    private partial void LogStrayed(Exception exception, string transport);

    private static string Shown(Exception exception) =>
        $"{exception.GetType().Name}, {string.Concat(exception.Message.Take(LongestMessage).Select(static c => char.IsControl(c) ? ' ' : c)).TrimEnd('.', ' ')}";

    private static string Times(long count) => count == 1 ? "once" : $"{count} times";

    private void Add(string key, Func<long, string> told, int count = 1)
    {
        lock (_gate)
        {
            _faults[key] = new Fault((_faults.GetValueOrDefault(key)?.Count ?? 0) + count, told);
        }
    }

    private sealed record Fault(long Count, Func<long, string> Told)
    {
        public override string ToString() => Told(Count);
    }
}
