using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// Log lines for a person: the time, what kind, who and what. They go to standard error, so that standard output stays what
/// was asked for, or above a live display where both are one terminal.
/// </summary>
internal sealed class LineLogger(Action<string> write, TimeProvider clock) : ILoggerProvider
{
    private readonly LineQueue _lines = new(write);

    /// <summary>Loggers that write from a level on.</summary>
    public static ILoggerFactory From(LogLevel level, StepList steps) =>
        To(steps.IsLive && !Console.IsErrorRedirected ? steps.Tell : Terminal.Error.WriteLine, level);

    /// <summary>Loggers that write to a given place from a level on.</summary>
    public static ILoggerFactory To(Action<string> write, LogLevel level) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddProvider(new LineLogger(write, TimeProvider.System)));

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose() => _lines.Dispose();

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning",
        LogLevel.Error or LogLevel.Critical => "error",
        LogLevel.Information => "info",
        _ => "debug",
    };

    private sealed class Category(LineLogger log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string time = log.Clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            string line = $"{time} {Word(logLevel)}: {name}: {formatter(state, exception)}";
            log.Write(exception is null ? line : $"{line} {exception}");
        }
    }

    private TimeProvider Clock => clock;

    private void Write(string line) => _lines.Add(line);
}
