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
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly ConcurrentBag<EngineSocket> _sockets = [];
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _run;
    private EngineSocket? _last;
    private EngineSocket? _accepting;

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

    /// <summary>What a router answers that knows nobody, and whose sessions are ready at once.</summary>
    public static string Politely(string line) => line.Split(' ') switch
    {
        ["HELLO", ..] => Hello,
        ["SESSION", "CREATE", _, _, var destination, ..] => $"SESSION STATUS RESULT=OK {destination}\n",
        ["NAMING", "LOOKUP", var name] => $"NAMING REPLY RESULT=INVALID_KEY {name}\n",
        ["STREAM", "CONNECT", ..] => "STREAM STATUS RESULT=CANT_REACH_PEER\n",
        _ => "STREAM STATUS RESULT=OK\n",
    };

    /// <summary>The same with a version of SAM that i2pd does not have.</summary>
    public static string Extended(string line) => line.StartsWith("HELLO", StringComparison.Ordinal) ? "HELLO REPLY RESULT=OK VERSION=3.3\n" : Politely(line);

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

    /// <summary>Whether a line was ever said that starts so.</summary>
    public bool HasHeard(string start) => _lines.Any(line => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Says something unasked on the connection that spoke last.</summary>
    public Task SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Says something on the connection that asked to accept last.</summary>
    public async Task SayOnAcceptAsync(string text) => await _accepting!.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    public async Task SayAsync(byte[] bytes) => await _last!.SendAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Ends all connections.</summary>
    public void EndAll()
    {
        foreach (EngineSocket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _run;
        EndAll();
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
                        _lines.Enqueue(line);
                        _accepting = line.StartsWith("STREAM ACCEPT", StringComparison.Ordinal) ? socket : _accepting;
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
