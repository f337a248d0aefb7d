using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class ManagedI2pd
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The SAM bridge of i2pd {Version} ({Origin}) answers.")]
        public static partial void Answers(ILogger logger, string version, string origin);

        [LoggerMessage(EventId = 2, Message = "i2pd: {Text}")]
        public static partial void I2pd(ILogger logger, LogLevel level, string text);
    }
}
