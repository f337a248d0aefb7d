using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A SAM bridge that answers every line by a rule, on as many connections as come.</summary>
internal sealed class AnsweringBridge : IAsyncDisposable
{
    public const string Hello = "HELLO REPLY RESULT=OK VERSION=3.1\n";

    private readonly EngineListener _listener = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly Func<string, string?> _answer;
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly ConcurrentBag<EngineSocket> _sockets = [];
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _run;
    private EngineSocket? _last;

    /// <summary>Makes a bridge.</summary>
    /// <param name="answer">What it answers to a line: nothing where that is empty; null ends the connection.</param>
    public AnsweringBridge(Func<string, string?> answer)
    {
        _answer = answer;
        _run = RunAsync();
    }

    public EndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>Greets politely and answers the first other line so.</summary>
    public static AnsweringBridge After(string answer) => new(line => line.StartsWith("HELLO", StringComparison.Ordinal) ? Hello : answer);

    public async Task<SamConnection> ConnectAsync(SamConnectionOptions? options = null) =>
        new(await SocketEngine.Portable.ConnectAsync(EndPoint, null, TestContext.Current.CancellationToken), options ?? new SamConnectionOptions());

    public async Task<SamConnection> GreetedAsync(SamConnectionOptions? options = null)
    {
        SamConnection connection = await ConnectAsync(options);
        await connection.GreetAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Waits for the next line that starts so.</summary>
    public async Task<string> HeardAsync(string start)
    {
        while (true)
        {
            string line = await _heard.Reader.ReadAsync(TestContext.Current.CancellationToken);
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>Says something unasked on the connection that spoke last.</summary>
    public Task SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

    public async Task SayAsync(byte[] bytes) => await _last!.SendAsync(bytes, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _run;
        foreach (EngineSocket socket in _sockets)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_serving);
    }

    private async Task RunAsync()
    {
        while (await _listener.AcceptAsync() is { } socket)
        {
            _sockets.Add(socket);
            _serving.Add(ServeAsync(socket));
        }
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        string kept = "";
        var buffer = new byte[4096];
        using (socket)
        {
            try
            {
                int received;
                while ((received = await socket.ReceiveAsync(buffer)) > 0)
                {
                    kept += Encoding.Latin1.GetString(buffer, 0, received);
                    for (int end; (end = kept.IndexOf('\n', StringComparison.Ordinal)) >= 0;)
                    {
                        string line = kept[..end];
                        kept = kept[(end + 1)..];
                        _last = socket;
                        if (_answer(line) is not { } reply)
                        {
                            return;
                        }

                        if (reply.Length > 0)
                        {
                            await socket.SendAsync(Encoding.Latin1.GetBytes(reply));
                        }

                        _heard.Writer.TryWrite(line);
                    }
                }
            }
            catch (SocketException)
            {
                // The client has ended.
            }
        }
    }
}
