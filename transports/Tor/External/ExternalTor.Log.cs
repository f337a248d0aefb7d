using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class ExternalTor
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connected to the external tor {Version} at {Control}.")]
        public static partial void Connected(ILogger logger, string version, string control);
    }
}
