using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection that gave up its socket.</summary>
internal sealed class SocketLeg(ConnectionContext given, bool halfCloses, EngineSocket socket, ReadOnlyMemory<byte> alreadyRead)
    : RelayLeg(given, halfCloses)
{
    private ReadOnlyMemory<byte> _alreadyRead = alreadyRead;

    public override bool ClosesOffLoop => socket.Engine.ResumesOnLoop && Given is not SocketConnection;

    public override void CopyTo(RelayLeg destination, ICopyProgress progress)
    {
        EngineSocket to = ((SocketLeg)destination).Socket;
        if (_alreadyRead.IsEmpty)
        {
            CopyTo(to, progress);
        }
        else
        {
            _ = CopyAlreadyReadAsync(to, progress);
        }
    }

    public override ValueTask<Exception?> EndAsync()
    {
        socket.ShutdownSend();
        return default;
    }

    public override void StopReading() => socket.StopReceiving();

    public override void Abort(Exception? cause) => socket.Abort();

    public override ValueTask<Exception?> CloseAsync()
    {
        socket.Dispose();
        return DisposeGivenAsync();
    }

    private EngineSocket Socket => socket;

    private void CopyTo(EngineSocket destination, ICopyProgress progress)
    {
        if (socket.Engine == destination.Engine)
        {
            socket.Engine.Copy(socket, destination, progress);
        }
        else
        {
            _ = SocketCopy.RunAsync(socket, destination, progress);
        }
    }

    private async Task CopyAlreadyReadAsync(EngineSocket destination, ICopyProgress progress)
    {
        progress.OnReceived(_alreadyRead.Length);
        try
        {
            await destination.SendAsync(_alreadyRead);
        }
        catch (Exception e)
        {
            progress.OnEnded(SocketCopy.Failed(CopyEnd.DestinationFailed, e));
            return;
        }

        progress.OnCopied(_alreadyRead.Length);
        _alreadyRead = default;
        CopyTo(destination, progress);
    }
}
