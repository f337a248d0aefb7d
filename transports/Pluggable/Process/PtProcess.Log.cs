using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

internal sealed partial class PtProcess
{
    private static partial class Log
    {
        [LoggerMessage(EventId = 1, Message = "{Name}: {Text}")]
        public static partial void Program(ILogger logger, LogLevel level, string name, string text);
    }
}
