using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

internal sealed partial class PluggableTransport
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Program} ({Origin}) serves dials by {Method}.")]
        public static partial void Serves(ILogger logger, string program, string origin, string method);
    }
}
