using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What onion-grater does with a profile, in small: it authenticates to tor itself, and passes on what the profile allows.</summary>
internal sealed class OnionGrater : IAsyncDisposable
{
    private readonly OperatorTor _tor;
    private readonly OnionGraterRules _rules;
    private readonly Target _listener = new();
    private readonly CancellationTokenSource _life = new();
    private readonly Task _serving;

    public OnionGrater(OperatorTor tor, string profile)
    {
        _tor = tor;
        _rules = new OnionGraterRules(profile);
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>The commands that came, by their first words.</summary>
    public ConcurrentBag<string> Commands { get; } = [];

    /// <summary>The commands that the profile does not allow, without their arguments' secrets.</summary>
    public ConcurrentBag<string> Refused { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _life.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            await using var ours = new NetworkStream(await _listener.AcceptAsync(_life.Token), ownsSocket: true);
            await using var theirs = new NetworkStream(await ConnectAsync(), ownsSocket: true);
            using var replies = new StreamReader(theirs, Encoding.Latin1);
            await SayAsync(theirs, $"AUTHENTICATE {Convert.ToHexString(await File.ReadAllBytesAsync(_tor.CookieFile, _life.Token))}");
            (await replies.ReadLineAsync(_life.Token)).Should().Be("250 OK");
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_life.Token);
            Task[] both = [InwardsAsync(ours, theirs, ended.Token), OutwardsAsync(replies, ours, ended.Token)];
            await Task.WhenAny(both);
            await ended.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_tor.Control, _life.Token);
        return socket;
    }

    private async Task InwardsAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(from, Encoding.Latin1);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            (string command, string arguments) = line.Split(' ', 2) is [var first, var rest] ? (first, rest) : (line, "");
            Commands.Add(command);
            if (command == "PROTOCOLINFO")
            {
                await SayAsync(from, "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK");
            }
            else if (command == "AUTHENTICATE")
            {
                await SayAsync(from, "250 OK");
            }
            else if (_rules.Allows(command, arguments))
            {
                await SayAsync(to, line);
            }
            else
            {
                Refused.Add(command == "ADD_ONION" ? arguments[arguments.IndexOf(' ', StringComparison.Ordinal)..] : line);
                await SayAsync(from, "510 Command filtered");
            }
        }
    }

    private async Task OutwardsAsync(StreamReader from, Stream to, CancellationToken cancellationToken)
    {
        while (await from.ReadLineAsync(cancellationToken) is { } line)
        {
            if (_rules.Rewrite(line) is { Length: > 0 } passed)
            {
                await SayAsync(to, passed);
            }
        }
    }

    private async Task SayAsync(Stream to, string line) => await to.WriteAsync(Encoding.Latin1.GetBytes($"{line}\r\n"), _life.Token);
}
