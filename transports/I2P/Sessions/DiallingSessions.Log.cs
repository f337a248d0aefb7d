using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

internal sealed partial class DiallingSessions
{
    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Debug, "A session for dials begins; {Count} of {Most}.")]
        public static partial void Begun(ILogger logger, int count, int most);

        [LoggerMessage(21, LogLevel.Information, "A destination that the router knows does not answer: it is dialled over a new session from now on.")]
        public static partial void Silent(ILogger logger);
    }
}
