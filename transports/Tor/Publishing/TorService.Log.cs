using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class TorService
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Service {Name} is published.")]
        public static partial void Published(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Warning, "Uid {User} connected to the socket of service {Name}, which is for tor alone, and was turned away. Check who can enter the data folder.")]
        public static partial void Stranger(ILogger logger, string name, uint user);

        [LoggerMessage(4, LogLevel.Warning, "Service {Name} is published without proof of work: this tor does not have it for services of a gateway. Use tor 0.4.9 or later, or remove proofOfWork from the service's options.")]
        public static partial void NoProofOfWork(ILogger logger, string name);

        [LoggerMessage(5, LogLevel.Debug, "A visitor of service {Name} was turned away: tor did not say which circuit it is on.")]
        public static partial void NoCircuit(ILogger logger, string name);

        [LoggerMessage(3, LogLevel.Error, "Service {Name} accepts no more visitors.")]
        public static partial void ListenerFailed(ILogger logger, string name, Exception exception);
    }
}
