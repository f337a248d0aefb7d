using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class ManagedTor
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connected to tor {Version} ({Origin}).")]
        public static partial void Connected(ILogger logger, string version, string origin);

        [LoggerMessage(EventId = 2, Message = "tor: {Text}")]
        public static partial void Tor(ILogger logger, LogLevel level, string text);
    }
}
