using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A second controller of a gateway's own tor, which sees what tor does without the gateway's knowledge.</summary>
internal sealed class TorObserver : IAsyncDisposable
{
    private readonly TorControlConnection _control;

    private TorObserver(TorControlConnection control) => _control = control;

    /// <summary>Connects to the tor whose transport lives in a folder.</summary>
    public static Task<TorObserver> ConnectAsync(string transportFolder, CancellationToken cancellationToken) =>
        ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket(transportFolder)), cancellationToken);

    /// <summary>The path of the control socket of the tor whose transport lives in a folder.</summary>
    public static string ControlSocket(string transportFolder)
    {
        // Long paths make the transport put its sockets elsewhere, and say where.
        string note = Path.Combine(transportFolder, "runtime");
        string sockets = File.Exists(note) ? File.ReadAllText(note) : Path.Combine(transportFolder, "run");
        return Path.Combine(sockets, "control");
    }

    /// <summary>Connects to a tor of our own user's by its control port.</summary>
    public static async Task<TorObserver> ConnectAsync(EndPoint controlPort, CancellationToken cancellationToken, string? password = null)
    {
        EngineSocket socket = await SocketEngine.Portable.ConnectAsync(controlPort, null, cancellationToken);
        var control = new TorControlConnection(socket, new ControlConnectionOptions(), NullLogger.Instance);
        try
        {
            await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { Password = password }, cancellationToken);
            return new TorObserver(control);
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>The process id of the tor that runs now.</summary>
    public static async Task<int> ProcessIdAsync(string transportFolder, CancellationToken cancellationToken)
    {
        await using TorObserver observer = await ConnectAsync(transportFolder, cancellationToken);
        return int.Parse((await observer.InfoAsync("process/pid", cancellationToken))!, CultureInfo.InvariantCulture);
    }

    /// <summary>One value of GETINFO.</summary>
    public async Task<string?> InfoAsync(string key, CancellationToken cancellationToken) =>
        (await _control.GetInfoAsync([key], cancellationToken))[key];

    /// <summary>The streams that are open, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<OpenStream>> StreamsAsync(CancellationToken cancellationToken)
    {
        // control-spec, section 3.9: StreamID SP StreamStatus SP CircuitID SP Target CRLF
        string text = await InfoAsync("stream-status", cancellationToken) ?? "";
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Trim().Split(' '))
                .Where(words => words.Length >= 4)
                .Select(words => new OpenStream(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2], words[3]))
                .OrderBy(stream => stream.Id),
        ];
    }

    /// <summary>The ids of the circuits that are built.</summary>
    public async Task<IReadOnlySet<string>> CircuitsAsync(CancellationToken cancellationToken)
    {
        string text = await InfoAsync("circuit-status", cancellationToken) ?? "";
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(words => words.Length > 1 && words[1] == "BUILT")
            .Select(words => words[0])
            .ToHashSet();
    }

    /// <summary>The fingerprints of the relays that circuits begin with.</summary>
    public async Task<IReadOnlySet<string>> FirstRelaysAsync(CancellationToken cancellationToken)
    {
        // control-spec, section 4.1.1: CircuitID SP CircStatus SP Path, each relay as $FINGERPRINT~name.
        string text = await InfoAsync("circuit-status", cancellationToken) ?? "";
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(words => words.Length > 2 && words[2].StartsWith('$'))
            .Select(words => words[2][1..41])
            .ToHashSet();
    }

    /// <summary>Asks for events; each call replaces what was asked for before.</summary>
    public Task WatchAsync(CancellationToken cancellationToken, params string[] events) =>
        _control.ExecuteAsync(ControlCommand.SetEvents(events), cancellationToken);

    /// <summary>The control connection itself.</summary>
    public TorControlConnection Control => _control;

    /// <summary>The next stream event.</summary>
    public Task<StreamEvent> NextStreamEventAsync(CancellationToken cancellationToken) => NextAsync(StreamEvent.TryParse, cancellationToken);

    /// <summary>The next event of a kind.</summary>
    public async Task<T> NextAsync<T>(Func<ControlMessage, T?> parse, CancellationToken cancellationToken)
        where T : class
    {
        while (await _control.NextEventAsync(cancellationToken) is { } message)
        {
            if (parse(message) is { } found)
            {
                return found;
            }
        }

        throw new IOException("The control connection ended.");
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    internal sealed record OpenStream(int Id, string Status, string CircuitId, string Target);
}
