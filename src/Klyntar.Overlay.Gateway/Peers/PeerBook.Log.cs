using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <content>What the log says.</content>
internal sealed partial class PeerBook
{
    [LoggerMessage(1, LogLevel.Information, "{Count} peers have loopback addresses{But}.")]
    private partial void LogStarted(int count, string but);

    [LoggerMessage(2, LogLevel.Warning, "The peer {Peer}, which was added earlier, is kept and not reached: {Why}")]
    private partial void LogNotReached(string peer, string why);

    [LoggerMessage(3, LogLevel.Error, "Ports of peers that cannot be listened on are tried no more, because that failed in a way it should not. Please report it.")]
    private partial void LogRetryFailed(Exception exception);

    [LoggerMessage(4, LogLevel.Error, "The peer {Peer} is kept warm no more, because that failed in a way it should not. Please report it.")]
    private partial void LogWarmFailed(Exception exception, string peer);
}
