using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Processes;

public sealed partial class HelperSupervisor
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Name} started, process {Id}.")]
        public static partial void Started(ILogger logger, string name, int id);

        [LoggerMessage(2, LogLevel.Information, "{Name} has ended.")]
        public static partial void Ended(ILogger logger, string name);
    }
}
