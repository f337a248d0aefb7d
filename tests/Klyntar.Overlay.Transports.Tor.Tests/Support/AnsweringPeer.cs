using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control port on TCP that answers every line by a rule, connection after connection.</summary>
internal sealed class AnsweringPeer : IAsyncDisposable
{
    private const string Protocol = "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK\r\n";
    private const string Done = "250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"\r\n250 OK\r\n";

    private readonly EngineListener _listener = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly Func<string, string?> _answer;
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly Task _run;
    private EngineSocket? _socket;
    private int _connections;

    /// <summary>Makes a peer.</summary>
    /// <param name="answer">What it answers to a line; null ends the connection.</param>
    public AnsweringPeer(Func<string, string?> answer)
    {
        _answer = answer;
        _run = RunAsync();
    }

    public EndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>How many connections were made to it.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What a tor answers that is ready and takes every service.</summary>
    public static string Politely(string line) => line.Split(' ') switch
    {
        ["PROTOCOLINFO", ..] => Protocol,
        ["GETINFO", BootstrapPhase.InfoKey] => Done,
        ["GETINFO", TorHeartbeat.UptimeKey] => "250-uptime=1\r\n250 OK\r\n",
        ["ADD_ONION", var key, ..] => $"250-ServiceID={ServiceIdOf(key)}\r\n250 OK\r\n",
        _ => "250 OK\r\n",
    };

    public static string ServiceIdOf(string key) =>
        TorIdentityFormat.Instance.Import(Encoding.ASCII.GetBytes(key)).Identity!.Address[..OnionAddress.LabelLength];

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

    /// <summary>Says something unasked, once a line that it was to be said after has been heard.</summary>
    public async Task SayAsync(string text) => await _socket!.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _socket?.Dispose();
        await _run;
    }

    private async Task RunAsync()
    {
        while (await _listener.AcceptAsync() is { } socket)
        {
            Interlocked.Increment(ref _connections);
            using (_socket = socket)
            {
                await ServeAsync(socket);
            }
        }
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        var lines = new LineBuffer();
        var buffer = new byte[4096];
        try
        {
            int received;
            while ((received = await socket.ReceiveAsync(buffer)) > 0)
            {
                foreach (string line in lines.Take(buffer.AsSpan(0, received)))
                {
                    if (_answer(line) is not { } reply)
                    {
                        return;
                    }

                    await socket.SendAsync(Encoding.Latin1.GetBytes(reply));
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
