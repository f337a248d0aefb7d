using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// A bare SAM session on a private network, without any part of the gateway: what benchmarks compare the gateway with, and what
/// tests take as an independent observer.
/// </summary>
public sealed class PlainSamClient : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    // A lost first packet is sent again only after nine seconds: another stream comes sooner.
    private static readonly TimeSpan EchoPatience = TimeSpan.FromSeconds(1.5);

    private readonly IPEndPoint _sam;
    private readonly Socket _control;
    private readonly string _id;
    private readonly TimeProvider _clock;

    private PlainSamClient(IPEndPoint sam, Socket control, string id, string destination, TimeProvider clock)
    {
        _sam = sam;
        _control = control;
        _id = id;
        _clock = clock;
        Destination = destination;
    }

    /// <summary>Its destination, in I2P's base64.</summary>
    public string Destination { get; }

    /// <summary>The session's name on its bridge.</summary>
    public string SessionId => _id;

    /// <summary>Awaits one visitor. Await no two at once.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, and the visitor's destination.</returns>
    public async Task<(Socket Socket, string Visitor)> AcceptAsync(CancellationToken cancellationToken = default)
    {
        Socket socket = await PlainSam.ConnectAsync(_sam, cancellationToken);
        try
        {
            string reply = await PlainSam.AskAsync(socket, $"STREAM ACCEPT ID={_id} SILENT=false", cancellationToken);
            return PlainSam.IsOk(reply)
                ? (socket, await PlainSam.ReadLineAsync(socket, cancellationToken))
                : throw new IOException($"The bridge awaits nobody: {reply}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Dials over the network, once. That there is a stream does not yet mean that anybody has accepted it.</summary>
    /// <param name="destination">A destination in base64, or a <c>.b32.i2p</c> name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, or null with what the bridge answered.</returns>
    public async Task<(Socket? Socket, string Reply)> TryDialAsync(string destination, CancellationToken cancellationToken = default)
    {
        Socket socket = await PlainSam.ConnectAsync(_sam, cancellationToken);
        string reply;
        try
        {
            reply = await PlainSam.AskAsync(socket, $"STREAM CONNECT ID={_id} DESTINATION={destination} SILENT=false", cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (PlainSam.IsOk(reply))
        {
            return (socket, reply);
        }

        socket.Dispose();
        return (null, reply);
    }

    /// <summary>Sends back what visitors send, until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it, and is no exception.</param>
    public async Task EchoAsync(CancellationToken cancellationToken)
    {
        List<Task> visits = [];
        try
        {
            while (true)
            {
                (Socket socket, _) = await AcceptAsync(cancellationToken);
                visits.Add(EchoAsync(socket, cancellationToken));
                visits.RemoveAll(visit => visit.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(visits);
        }
    }

    /// <summary>Dials again and again until a service that sends back what it is sent has done so: leases and tunnels take a while.</summary>
    /// <param name="destination">The service's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream on which it did.</returns>
    public async Task<Socket> DialUntilEchoedAsync(string destination, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            (Socket? socket, _) = await TryDialAsync(destination, cancellationToken);
            if (socket is not null)
            {
                if (await IsEchoedAsync(socket, cancellationToken))
                {
                    return socket;
                }

                socket.Dispose();
            }

            await Task.Delay(RetryInterval, _clock, cancellationToken);
        }
    }

    /// <summary>Ends the session.</summary>
    public ValueTask DisposeAsync()
    {
        _control.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static async Task<PlainSamClient> StartAsync(IPEndPoint sam, ImmutableArray<string> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        Socket control = await PlainSam.ConnectAsync(sam, cancellationToken);
        try
        {
            string keys = await PlainSam.AskAsync(control, "DEST GENERATE SIGNATURE_TYPE=7", cancellationToken);
            if (PlainSam.Value(keys, "PUB") is not { } destination || PlainSam.Value(keys, "PRIV") is not { } secret)
            {
                throw new IOException("The bridge makes no destination.");
            }

            // The answer comes after as much as 40 s, and the session can be used at once.
            string id = $"plain{Guid.NewGuid():N}";
            await control.SendAsync(System.Text.Encoding.ASCII.GetBytes($"SESSION CREATE STYLE=STREAM ID={id} DESTINATION={secret} {string.Join(' ', options)}\n"), cancellationToken);
            return new PlainSamClient(sam, control, id, destination, clock);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    private static async Task EchoAsync(Socket socket, CancellationToken cancellationToken)
    {
        using (socket)
        {
            byte[] buffer = new byte[4096];
            try
            {
                for (int read; (read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0;)
                {
                    await socket.SendAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The visitor is gone, or all of them are to go.
            }
        }
    }

    private async Task<bool> IsEchoedAsync(Socket socket, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = Deadline.After(EchoPatience, _clock).CreateLinkedSource(cancellationToken);
        byte[] sent = "echo"u8.ToArray();
        byte[] received = new byte[sent.Length];
        try
        {
            await socket.SendAsync(sent, patience.Token);
            using var stream = new NetworkStream(socket, ownsSocket: false);
            await stream.ReadExactlyAsync(received, patience.Token);
            return received.AsSpan().SequenceEqual(sent);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
