using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class TorControlConnection
{
    // Neither commands nor replies are ever logged: they carry keys and addresses.
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Control connection ended: {Why}")]
        public static partial void Ended(ILogger logger, string why);
    }
}
