using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

internal sealed partial class SiteShelf
{
    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Warning, "A site that was kept ({Kind}, {Site}) is damaged on the disk and is fetched anew: {Why}")]
        public static partial void Damaged(ILogger logger, SiteKind kind, string site, string why);

        [LoggerMessage(41, LogLevel.Warning, "A site ({Site}) cannot be written to the disk, and is kept as it was: {Why}")]
        public static partial void NotWritten(ILogger logger, string site, string why);

        [LoggerMessage(42, LogLevel.Warning, "An own site ({Site}) was signed elsewhere with the same key. It is signed anew when its end points next change. Let one gateway alone have the key.")]
        public static partial void SignedElsewhere(ILogger logger, string site);
    }
}
