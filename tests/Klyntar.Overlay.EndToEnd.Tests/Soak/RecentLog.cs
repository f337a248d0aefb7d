using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Keeps the last lines of a log, for when something goes wrong, and the first error, which is something that goes wrong.</summary>
internal sealed class RecentLog(string name, TimeProvider clock) : ILoggerFactory
{
    private const int Kept = 150;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    /// <summary>The first line at the level of errors, or null.</summary>
    public string? FirstError { get; private set; }

    /// <summary>The last lines.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join('\n', _lines);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string message, Exception? exception)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():HH:mm:ss.fff} {name} {level}: {message} {exception}");
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }

            if (level >= LogLevel.Error)
            {
                FirstError ??= line;
            }
        }
    }

    private sealed class Logger(RecentLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None and >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Add(logLevel, formatter(state, exception), exception);
            }
        }
    }
}
