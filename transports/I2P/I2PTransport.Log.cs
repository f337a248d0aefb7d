using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class I2PTransport
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Lacks}")]
        public static partial void Lacks(ILogger logger, string lacks);
    }
}
