using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>Talks to a running gateway over the Unix sockets in its data folder.</summary>
public sealed partial class GatewayClient
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    // A transport may have to take a service in before the answer.
    private static readonly TimeSpan PublishTime = TimeSpan.FromSeconds(60);

    /// <summary>Makes a client. Opens nothing.</summary>
    /// <param name="dataFolder">The gateway's data folder, or null for the default one.</param>
    public GatewayClient(string? dataFolder = null) => DataFolder = Path.GetFullPath(dataFolder ?? GatewayOptions.DefaultDataFolder);

    /// <summary>The gateway's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>Asks for the status.</summary>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, or it does not answer.</exception>
    public async Task<GatewayStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        using HttpClient http = Http(AnswerTime);
        try
        {
            byte[] json = await http.GetByteArrayAsync(new Uri(AdminApplication.StatusPath, UriKind.Relative), cancellationToken);
            return JsonSerializer.Deserialize(json, GatewayJson.Default.GatewayStatus) ?? throw NoAnswer(null);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw NoAnswer(e);
        }
    }

    /// <summary>The status and then each change, until the gateway ends.</summary>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, or it does not answer.</exception>
    public async IAsyncEnumerable<GatewayStatus> WatchStatusAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using HttpClient http = Http(Timeout.InfiniteTimeSpan);
        using StreamReader lines = await OpenWatchAsync(http, cancellationToken);
        while (await NextAsync(lines, cancellationToken) is { } status)
        {
            yield return status;
        }
    }

    /// <summary>Has dials from now on share no circuit with those before.</summary>
    /// <param name="transport">The transport's name, or null for all of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it, one report for each transport that was asked.</returns>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, or it has no such transport.</exception>
    public Task<ImmutableArray<NewCircuitsReport>> NewCircuitsAsync(string? transport = null, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, AdminApplication.NewCircuitsPath, AdminApplication.OnKey, transport, AnswerTime, GatewayJson.Default.ImmutableArrayNewCircuitsReport, null, cancellationToken);

    /// <summary>Dials through the gateway.</summary>
    /// <param name="host">A name on an overlay, perhaps with a query for the overlay behind it: <c>HOST?QUERY</c>, or <c>OVERLAY://HOST/?QUERY</c>.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    /// <returns>A connection owned by the caller, or why there is none.</returns>
    /// <exception cref="OverlayException">No gateway runs there, or it is another user's.</exception>
    public async ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        var name = new WrittenName(host, null);
        if (HostKinds.Of(host) == HostKind.Malformed)
        {
            if (!WrittenName.TryParse(host, out name, out string? why) || name.Port is not null || HostKinds.Of(name.Host) == HostKind.Malformed)
            {
                return new DialError(DialErrorKind.InvalidAddress, Detail: why);
            }
        }

        DialResult result = await DialAsync(name, port, cancellationToken);
        return result.IsConnected || result.Error.Kind != DialErrorKind.InvalidAddress ? result : result.Error with { Detail = await WhyInvalidAsync(name, cancellationToken) };
    }

    private async ValueTask<DialResult> DialAsync(WrittenName name, int port, CancellationToken cancellationToken)
    {
        EngineSocket? socket = null;
        try
        {
            socket = await SocketEngine.Portable.ConnectAsync(EndPointText.Unix(Path.Join(DataFolder, AdminSockets.Dial)), null, cancellationToken);
            SocksClientReply reply = await SocksClient.ConnectAsync(socket, new SocksClientRequest(name.Host, port) { Credentials = AdminSockets.CredentialsOf(name) }, cancellationToken);
            if (!reply.IsConnected)
            {
                return ErrorOf(reply);
            }

            var connection = new SocketConnection(socket, reply.AlreadyRead);
            socket = null;
            return connection;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new DialError(DialErrorKind.Cancelled);
        }
        catch (SocketException e)
        {
            throw socket is null ? Absent(e) : NoAnswer(e);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    // A reply has room for the kind of an error alone.
    private async Task<string?> WhyInvalidAsync(WrittenName name, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync(HttpMethod.Get, AdminApplication.NamesPath, AdminApplication.NameKey, name.WithoutPort, AnswerTime, GatewayJson.Default.JsonElement, null, cancellationToken)).GetString();
        }
        catch (Exception e) when (e is OverlayException or OperationCanceledException)
        {
            // It is invalid in any case.
            return null;
        }
    }

    private DialError ErrorOf(SocksClientReply reply) => reply switch
    {
        { Violation: not null } => throw NoAnswer(null),
        { Code: >= AdminSockets.DialErrorBase } => new DialError((DialErrorKind)(reply.Code - AdminSockets.DialErrorBase)),
        _ => new DialError(DialErrorKind.Internal, Detail: $"reply {reply.Code:X2}"),
    };

    private async Task<StreamReader> OpenWatchAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            return new StreamReader(await http.GetStreamAsync(new Uri(AdminApplication.WatchPath, UriKind.Relative), cancellationToken));
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw NoAnswer(e);
        }
    }

    private async ValueTask<GatewayStatus?> NextAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            string? line = await lines.ReadLineAsync(cancellationToken);
            return line is null ? null : JsonSerializer.Deserialize(line, GatewayJson.Default.GatewayStatus);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The gateway ended without a word, which ends the watch as well.
            return null;
        }
        catch (JsonException e)
        {
            throw NoAnswer(e);
        }
    }

    private HttpClient Http(TimeSpan answerTime)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(EndPointText.Unix(Path.Join(DataFolder, AdminSockets.Status)), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch (SocketException e)
                {
                    socket.Dispose();
                    throw Absent(e);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://gateway"), Timeout = answerTime };
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private OverlayException Absent(SocketException e) => e.SocketErrorCode == SocketError.AccessDenied
        ? new OverlayException($"The gateway on the data folder {DataFolder} belongs to another user. Ask as that user, or as root.", e)
        : new OverlayException($"No gateway runs on the data folder {DataFolder}. Start one with 'klyntar-overlay up', or name its folder with --data-folder.", e);

    // HttpClient wraps what the connect threw.
    private OverlayException NoAnswer(Exception? e) => e?.InnerException as OverlayException
        ?? new OverlayException($"The gateway on the data folder {DataFolder} does not answer as it should. It may be ending, or belong to another user or version; look at its log.", e);
}
