using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Xunit.Sdk;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control port that plays a dialogue back: it answers what the real one answered, and minds what its client says.</summary>
internal sealed class ControlReplay : IAsyncDisposable
{
    private readonly Dialogue _dialogue;
    private readonly DialogueValues _values;
    private readonly ReplayOptions _options;
    private readonly EngineListener _listener;
    private readonly Queue<string> _heard = [];
    private readonly LineBuffer _lines = new();
    private readonly TaskCompletionSource<int> _brokeOff = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private int _sent;

    public ControlReplay(EndPoint listenAt, Dialogue dialogue, DialogueValues values, ReplayOptions options)
    {
        _dialogue = dialogue;
        _values = values;
        _options = options;
        _listener = SocketEngine.Portable.Listen(listenAt, new EngineListenOptions());
        _run = RunAsync();
    }

    /// <summary>Completes with the line number when tor has broken off, with all that comes before it said by both.</summary>
    public Task<int> BrokeOff => _brokeOff.Task;

    /// <summary>Whether the client did not say its lines.</summary>
    public bool HasFailed => _run.IsFaulted;

    /// <summary>Waits until the dialogue has ended. Fails where the client did not say its lines.</summary>
    /// <returns>Whether it was played to its end.</returns>
    public async Task<bool> FinishAsync()
    {
        await _run.WaitAsync(TestContext.Current.CancellationToken);
        return !_brokeOff.Task.IsCompleted;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        using EngineSocket client = await _listener.AcceptAsync() ?? throw new OperationCanceledException();
        foreach (DialogueStep step in _dialogue.Steps)
        {
            if (!step.IsTor)
            {
                await ListenAsync(client, step);
            }
            else if (step.Text is null)
            {
                return;
            }
            else if (!await SayAsync(client, _values.Fill(step.Text) + "\r\n", step.Number == _options.SilentFrom))
            {
                _brokeOff.TrySetResult(step.Number);
                if (_options.SilentFrom is not null)
                {
                    // Until the client has had enough.
                    while (await ReceiveAsync(client))
                    {
                    }
                }

                return;
            }
        }
    }

    private async Task ListenAsync(EngineSocket client, DialogueStep step)
    {
        while (_heard.Count == 0 && await ReceiveAsync(client))
        {
        }

        string? line = _heard.TryDequeue(out string? heard) ? heard : null;
        ConfiguredServices.Write(line ?? "");
        if (step.Text is { } expected ? line is null || !_values.Matches(expected, line) : line is not null)
        {
            string said = line is null ? "it ended" : $"it said: {new DialogueNames().Replace(line)}";
            throw new XunitException($"{_dialogue.Name}, line {step.Number}: the client was expected to say: {step}\nbut {said}");
        }
    }

    private async Task<bool> SayAsync(EngineSocket client, string line, bool isLast)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        int granted = isLast ? bytes.Length / 2 : Math.Min(bytes.Length, _options.BreaksOffAfter - _sent);
        try
        {
            for (int at = 0; at < granted;)
            {
                int length = Math.Min(_options.PieceLength, granted - at);
                await client.SendAsync(bytes.AsMemory(at, length));
                at += length;
            }
        }
        catch (SocketException)
        {
            // Whatever a client that has ended should have said or heard, the next line that is expected of it tells.
        }

        _sent += granted;
        return granted == bytes.Length;
    }

    private async Task<bool> ReceiveAsync(EngineSocket client)
    {
        var buffer = new byte[4096];
        try
        {
            int received = await client.ReceiveAsync(buffer);
            foreach (string line in _lines.Take(buffer.AsSpan(0, received)))
            {
                _heard.Enqueue(line);
            }

            return received > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
