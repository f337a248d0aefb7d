using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Testing;

/// <summary>Makes loggers that keep every line, at every level, and pass it on to the test's output.</summary>
public sealed class LogCapture : ILoggerFactory
{
    private const int MaxLines = 100_000;

    private readonly Action<string>? _output;
    private readonly Lock _gate = new();
    private readonly List<LogLine> _lines = [];

    /// <summary>Makes a capture.</summary>
    /// <param name="output">Where lines go besides, or null. What it throws is ignored: a test may have ended before its last line.</param>
    public LogCapture(Action<string>? output = null) => _output = output;

    /// <summary>The lines so far, 100 000 at most.</summary>
    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(LogLine line)
    {
        lock (_gate)
        {
            if (_lines.Count < MaxLines)
            {
                _lines.Add(line);
            }
        }

        try
        {
            _output?.Invoke(line.ToString());
        }
        catch (InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArgumentNullException.ThrowIfNull(formatter);
            capture.Add(new LogLine(logLevel, category, formatter(state, exception), exception));
        }
    }
}

/// <summary>A line of a log.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Category">Who wrote it.</param>
/// <param name="Message">The formatted message.</param>
/// <param name="Exception">The exception that went with it, or null.</param>
public sealed record LogLine(LogLevel Level, string Category, string Message, Exception? Exception)
{
    /// <summary>The whole line, with its exception.</summary>
    public override string ToString() => Exception is null ? $"{Level} {Category}: {Message}" : $"{Level} {Category}: {Message} {Exception}";
}
