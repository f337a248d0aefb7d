using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>Makes the loggers of one transport, which share its <see cref="LogBudget"/> and cut long lines.</summary>
internal sealed partial class BoundedLoggers(string transport, ILoggerFactory inner, LogBudget budget) : ILoggerFactory
{
    private const int LongestLine = 16 << 10;

    public ILogger CreateLogger(string categoryName) => new BoundedLogger(this, inner.CreateLogger(categoryName));

    // The gateway's loggers are the gateway's.
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The gateway's log is not a transport's to change.");

    public void Dispose()
    {
        // Nothing is its own.
    }

    [LoggerMessage(1, LogLevel.Warning, "{Transport} writes more than {Lines} log lines in {Seconds} s. The rest is left out.")]
    private static partial void LogFlood(ILogger logger, string transport, int lines, double seconds);

    private sealed class BoundedLogger(BoundedLoggers owner, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
            {
                return;
            }

            if (owner.TryTake(inner))
            {
                inner.Log(logLevel, eventId, state, exception, (s, e) => formatter(s, e) is var line && line?.Length > LongestLine ? string.Concat(line.AsSpan(0, LongestLine), " …") : line!);
            }
        }
    }

    private bool TryTake(ILogger logger)
    {
        bool may = budget.TryTake(out bool isFirstLeftOut);
        if (isFirstLeftOut)
        {
            LogFlood(logger, transport, LogBudget.Lines, LogBudget.Window.TotalSeconds);
        }

        return may;
    }
}
