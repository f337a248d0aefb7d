using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Klyntar.Overlay.Cli;

/// <summary>Where log lines go: standard error, so that standard output stays what a person or a script asked for.</summary>
internal static class Log
{
    public static ILoggerFactory To(LogLevel standardErrorLevel) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(standardErrorLevel)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(format =>
        {
            format.SingleLine = true;
            format.TimestampFormat = "HH:mm:ss ";
            format.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        })
        .Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
