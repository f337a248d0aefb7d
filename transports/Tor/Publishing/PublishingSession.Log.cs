using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class PublishingSession
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "Tor answered service {Name} with an address that its key does not make.")]
        public static partial void WrongAddress(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Error, "Service {Name} has failed: {Why}")]
        public static partial void Failed(ILogger logger, string name, string why);

        [LoggerMessage(3, LogLevel.Warning, "Tor does not take service {Name} now ({Said}).")]
        public static partial void Refused(ILogger logger, string name, string said);
    }
}
