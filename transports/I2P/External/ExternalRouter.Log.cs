using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class ExternalRouter
{
    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Information, "Connected to the SAM bridge at {Address}, which speaks version {Version}.")]
        public static partial void Connected(ILogger logger, string address, Version version);
    }
}
