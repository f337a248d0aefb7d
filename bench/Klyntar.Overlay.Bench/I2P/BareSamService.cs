using System.Net.Sockets;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Bench;

/// <summary>A session of a bare SAM client that answers visitors as <see cref="AskedTarget"/> does, and one that dials.</summary>
internal sealed class BareSamService : IAsyncDisposable
{
    private readonly PlainSamClient _service;
    private readonly PlainSamClient _client;
    private readonly CancellationTokenSource _life = new();
    private readonly Task _serving;

    private BareSamService(PlainSamClient service, PlainSamClient client)
    {
        _service = service;
        _client = client;
        _serving = ServeAsync();
    }

    /// <summary>Begins both sessions. They can be used some seconds later.</summary>
    public static async Task<BareSamService> StartAsync(PrivateI2PNetwork network, CancellationToken cancellationToken)
    {
        PlainSamClient service = await network.StartClientAsync(cancellationToken: cancellationToken);
        return new BareSamService(service, await network.StartClientAsync(cancellationToken: cancellationToken));
    }

    /// <summary>The way between them.</summary>
    public SamDial Dial(PrivateI2PNetwork network) => new(I2PCommand.BareSam, network.Sams[0], _client.SessionId, _service.Destination);

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await _serving;
        await _client.DisposeAsync();
        await _service.DisposeAsync();
        _life.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                (Socket socket, _) = await _service.AcceptAsync(_life.Token);

                // The target's protocol blocks.
                new Thread(() => Answer(socket), 256 * 1024) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // Its time is over, or the router's.
        }
    }

    private static void Answer(Socket socket)
    {
        using (socket)
        {
            try
            {
                AskedTarget.Serve(socket, new byte[256 * 1024]);
            }
            catch (SocketException)
            {
                // The visitor left.
            }
        }
    }
}
