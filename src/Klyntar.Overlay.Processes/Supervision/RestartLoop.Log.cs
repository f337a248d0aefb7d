using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Processes;

public sealed partial class RestartLoop
{
    private static partial class Log
    {
        [LoggerMessage(EventId = 3, Message = "{Why} Next try in {NextRunIn:0.###} s, failures in a row: {Failures}.")]
        public static partial void Interrupted(ILogger logger, LogLevel level, string why, double nextRunIn, int failures);

        [LoggerMessage(4, LogLevel.Debug, "What ended the run.")]
        public static partial void Cause(ILogger logger, Exception cause);
    }
}
