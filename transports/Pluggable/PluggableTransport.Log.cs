using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

internal sealed partial class PluggableTransport
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Program} ({Origin}) serves dials by {Method}.")]
        public static partial void Serves(ILogger logger, string program, string origin, string method);

        [LoggerMessage(2, LogLevel.Error, "The transport over pluggable transports failed in a way it should not. Restart the gateway, and please report it.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
