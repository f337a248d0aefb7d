using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class TorTransport
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The Tor transport has failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
