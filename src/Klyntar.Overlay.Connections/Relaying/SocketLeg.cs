using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection that gave up its socket.</summary>
internal sealed class SocketLeg(ConnectionContext given, bool halfCloses, EngineSocket socket, ReadOnlyMemory<byte> alreadyRead)
    : RelayLeg(given, halfCloses)
{
    private ReadOnlyMemory<byte> _alreadyRead = alreadyRead;

    public override bool ClosesOffLoop => socket.Engine.ResumesOnLoop && Given is not SocketConnection;

    public override ValueTask<CopyOutcome> CopyToAsync(RelayLeg destination, ICopyProgress progress)
    {
        EngineSocket to = ((SocketLeg)destination).Socket;
        return _alreadyRead.IsEmpty ? CopyToAsync(to, progress) : CopyAlreadyReadAsync(to, progress);
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

    private ValueTask<CopyOutcome> CopyToAsync(EngineSocket destination, ICopyProgress progress) => socket.Engine == destination.Engine
        ? socket.Engine.CopyAsync(socket, destination, progress)
        : SocketCopy.RunAsync(socket, destination, progress);

    private async ValueTask<CopyOutcome> CopyAlreadyReadAsync(EngineSocket destination, ICopyProgress progress)
    {
        progress.OnReceived(_alreadyRead.Length);
        try
        {
            await destination.SendAsync(_alreadyRead);
        }
        catch (Exception e)
        {
            return SocketCopy.Failed(CopyEnd.DestinationFailed, e);
        }

        progress.OnCopied(_alreadyRead.Length);
        _alreadyRead = default;
        return await CopyToAsync(destination, progress);
    }
}
