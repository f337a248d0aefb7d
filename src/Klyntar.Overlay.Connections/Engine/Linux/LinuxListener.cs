using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A listening socket of the Linux engine.</summary>
internal sealed class LinuxListener : EngineListener
{
    // So many in a row, and then whatever else waits for the loop.
    private const int Turn = 64;

    private readonly LinuxSocketEngine _engine;
    private readonly bool _resumesOnLoop;
    private readonly Descriptor _descriptor;
    private readonly PatientAccept<LinuxSocket> _accept;
    private int _inTurn;

    /// <summary>Takes over a socket that listens, on which no operation of its own was ever begun.</summary>
    public LinuxListener(LinuxSocketEngine engine, Socket socket, EngineListenOptions options, TimeProvider clock)
    {
        _engine = engine;
        _resumesOnLoop = options.ResumesOnLoop;
        LocalEndPoint = socket.LocalEndPoint!;
        int number = (int)socket.SafeHandle.DangerousGetHandle();
        if (Libc.Control(number, Libc.SetFlags, Libc.Control(number, Libc.GetFlags, 0) | Libc.NonBlock) < 0)
        {
            throw Errno.ToException(Errno.Last);
        }

        // Disposing the socket removes the file of a Unix socket, too.
        _descriptor = new Descriptor(engine.Loop, number, owner: socket);
        _accept = new PatientAccept<LinuxSocket>(AcceptOneAsync, static s => s.Descriptor.Number, options.Paused, clock);
    }

    public override EndPoint LocalEndPoint { get; }

    public override async ValueTask<EngineSocket?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accept.AcceptAsync(cancellationToken);

    public override ValueTask DisposeAsync()
    {
        _accept.Dispose();
        _descriptor.Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<LinuxSocket> AcceptOneAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (++_inTurn % Turn == 0 && EpollLoop.IsCurrent)
        {
            await _descriptor.Input.YieldAsync();
        }

        while (true)
        {
            int number = Accept();
            if (number >= 0)
            {
                return new LinuxSocket(_engine, number, LocalEndPoint) { ResumesOnLoop = _resumesOnLoop };
            }

            if (number != -Errno.Again)
            {
                throw Errno.ToException(-number);
            }

            _inTurn = 0;
            await _descriptor.Input.WaitAsync(_resumesOnLoop, cancellationToken);
        }
    }

    private unsafe int Accept()
    {
        if (!_descriptor.TryEnter())
        {
            return -Errno.BadDescriptor;
        }

        // TCP_NODELAY is inherited from the listening socket.
        int number = Libc.Accept(_descriptor.Number, null, null, Libc.SockNonBlock | Libc.SockCloseOnExec);
        int result = number >= 0 ? number : -Errno.Last;
        _descriptor.Leave();
        return result;
    }
}
