using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Stands between a client and a real tor's control port, passes on what they say, and writes it down without its secrets.</summary>
internal sealed class ControlRecorder : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<DialogueStep> _steps = [];
    private readonly DialogueNames _names;
    private readonly EngineListener _listener;
    private readonly Task _run;
    private bool _hasEnded;

    public ControlRecorder(EndPoint listenAt, EndPoint tor, DialogueNames names)
    {
        _names = names;
        _listener = SocketEngine.Portable.Listen(listenAt, new EngineListenOptions());
        _run = RunAsync(tor);
    }

    /// <summary>Waits until both sides have ended.</summary>
    /// <returns>What was said.</returns>
    public async Task<IReadOnlyList<DialogueStep>> FinishAsync()
    {
        await _run.WaitAsync(TestContext.Current.CancellationToken);
        return _steps;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(EndPoint tor)
    {
        using EngineSocket client = await _listener.AcceptAsync() ?? throw new OperationCanceledException();
        using EngineSocket server = await SocketEngine.Portable.ConnectAsync(tor, null, CancellationToken.None);
        await Task.WhenAll(PumpAsync(client, server, isTor: false), PumpAsync(server, client, isTor: true));
    }

    private async Task PumpAsync(EngineSocket from, EngineSocket to, bool isTor)
    {
        var lines = new LineBuffer();
        var buffer = new byte[4096];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer)) > 0)
            {
                // Written down before it is passed on: the answer comes later in the file as well.
                foreach (string line in lines.Take(buffer.AsSpan(0, received)))
                {
                    Note(isTor, line);
                }

                await to.SendAsync(buffer.AsMemory(0, received));
            }
        }
        catch (SocketException)
        {
            // The other pump has ended both.
        }

        lock (_gate)
        {
            if (!_hasEnded)
            {
                Note(isTor, null);
                _hasEnded = true;
            }
        }

        from.Dispose();
        to.Dispose();
    }

    private void Note(bool isTor, string? line)
    {
        lock (_gate)
        {
            _steps.Add(new DialogueStep(0, isTor, line is null ? null : _names.Replace(line)));
        }
    }
}
