using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

internal sealed partial class PluggableService
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Service {Name} is published: its programs listen.")]
        public static partial void Published(ILogger logger, string name);
    }
}
