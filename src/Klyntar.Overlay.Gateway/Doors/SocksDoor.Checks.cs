using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>The one name that a door answers itself: that of a check whether a client goes through it.</summary>
internal sealed partial class SocksDoor
{
    // How long a client may take to ask and to read the answer.
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(10);

    private const int IsolationLabelLength = 8;

    private async ValueTask AnswerAsync(DoorConnection connection, SocksRequest request, ReadOnlyMemory<byte> alreadyRead, ClientCheck check)
    {
        var arrival = new ClientArrival(WordOf(request.Protocol), _name, request.Port, request.HasCredentials ? IsolationOf(request).ToString()[..IsolationLabelLength] : null);
        check.Arrive(arrival);
        using var limit = new CancellationTokenSource(CheckTime, _context.Clock);
        try
        {
            await connection.Socket.SendAsync(SocksReply.Connected(request.Protocol), limit.Token);
            await CheckPage.ServeAsync(connection.Socket, alreadyRead, arrival, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // That it came is told already.
        }
    }

    private static string WordOf(SocksProtocol protocol) => protocol switch
    {
        SocksProtocol.Socks5 => "SOCKS5",
        SocksProtocol.Socks4 => "SOCKS4a",
        _ => "HTTP CONNECT",
    };
}
