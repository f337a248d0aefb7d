using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class I2PTransport
{
    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "{Lacks}")]
        public static partial void Lacks(ILogger logger, string lacks);

        [LoggerMessage(1, LogLevel.Critical, "The I2P transport has failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
