using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class I2PService
{
    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "Service {Service} is published.")]
        public static partial void Published(ILogger logger, string service);
    }
}
