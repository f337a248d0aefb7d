using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// One connection with a ZeroNet peer, dialled or accepted: both sides ask and answer over it. All the protocol's I/O is here; the messages
/// themselves are the codec's.
/// </summary>
/// <remarks>
/// While a request of the peer is answered nothing is read, so that an answer may give the connection away exactly behind its request. Whoever
/// answers must therefore not wait for an answer over the same connection; updates are the exception.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing and may be cancelled late; nor does a semaphore whose handle nobody asked for.")]
internal sealed partial class PeerConnection : IAsyncDisposable
{
    private readonly PeerConnectionOptions _options;
    private readonly PeerDial? _dial;
    private readonly IPeerRequests _requests;
    private readonly PeerAsker _asker;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeerChannel _channel;
    private readonly PeerWriter _writer;
    private readonly PeerAsks _asks;
    private PeerException? _cause;

    private PeerConnection(ConnectionContext connection, PeerDial? dial, IPAddress? address, Func<PeerAsker, IPeerRequests> requests, PeerConnectionOptions options)
    {
        _options = options;
        _dial = dial;
        _asker = new PeerAsker(address);
        _requests = requests(_asker);
        _channel = new PeerChannel(connection);
        _writer = new PeerWriter(_channel, options, _stop.Token);
        _asks = new PeerAsks(options.Asks);
        _reader = new MessageReader(MessageLimits.BeforeHandshake);
        _rate = new TokenBucket(options.RequestBurst, options.RequestsPerSecond, options.Clock);
        _updates = new SemaphoreSlim(options.Updates, options.Updates);
        Ended = RunAsync();
    }

    /// <summary>What the peer said of itself; null before it has.</summary>
    public Handshake? Remote => _asker.Handshake;

    /// <summary>The SHA-256 of the accepting side's certificate (DER), the same on both sides unless somebody sits in between; null where the connection is not encrypted.</summary>
    public ReadOnlyMemory<byte>? ChannelBinding => _channel.Binding;

    /// <summary>Done with the cause once the connection has ended or was handed over. Never fails.</summary>
    public Task<PeerException> Ended { get; }

    /// <summary>Speaks with a peer that was dialled, up to and with the handshake.</summary>
    /// <param name="connection">A connection to the peer, which is owned from here on, and closed where this fails.</param>
    /// <param name="dial">How to go about it.</param>
    /// <param name="requests">Makes what answers the peer's requests.</param>
    /// <param name="options">How to speak.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerException">It did not come about. Nothing of substance was sent where the certificate is not the one that is expected.</exception>
    public static async Task<PeerConnection> OpenAsync(
        ConnectionContext connection, PeerDial dial, Func<PeerAsker, IPeerRequests> requests, PeerConnectionOptions options, CancellationToken cancellationToken)
    {
        if (dial.Encryption == PeerEncryption.None && dial.ExpectedCertificate is not null)
        {
            await connection.DisposeAsync();
            throw PeerException.Of(PeerFailure.NotEncrypted);
        }

        PeerConnection peer = new(connection, dial, dial.Address, requests, options);
        try
        {
            await peer._begun.Task.WaitAsync(cancellationToken);
            Handshake handshake = options.Self.Describe(
                dial.TargetAddress, dial.Encryption != PeerEncryption.None, peer._channel.IsEncrypted ? Handshake.Tls : null) with
            {
                IsTrackerConnection = dial.IsTrackerConnection,
            };
            await peer.AskAsync(handshake, PeerAskKind.Handshake, 0, cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Speaks with a peer that connected to this side. Returns at once; <see cref="Ended"/> tells when it is over.</summary>
    /// <param name="connection">The connection, which is owned from here on.</param>
    /// <param name="address">Where it comes from; null over an overlay, which hides that.</param>
    /// <param name="requests">Makes what answers the peer's requests.</param>
    /// <param name="options">How to speak.</param>
    public static PeerConnection Accept(ConnectionContext connection, IPAddress? address, Func<PeerAsker, IPeerRequests> requests, PeerConnectionOptions options) =>
        new(connection, null, address, requests, options);

    /// <summary>Asks the peer for something.</summary>
    /// <param name="body">What is asked.</param>
    /// <param name="cancellationToken">Gives up; the connection goes on.</param>
    /// <returns>The answer; a refusal is one too.</returns>
    /// <exception cref="PeerException">There is no answer in time, or the connection has ended.</exception>
    public async Task<PeerResponse> AskAsync(IRequestBody body, CancellationToken cancellationToken) =>
        (await AskAsync(body, PeerAskKind.Message, 0, cancellationToken)).Response;

    /// <summary>Asks the peer for something whose answer is the last message: the connection's bytes are the caller's from there on, unless it is refused.</summary>
    /// <param name="body">What is asked.</param>
    /// <param name="cancellationToken">Gives up, and the connection with it.</param>
    /// <returns>The answer, and the stream where it was not refused. The stream owns the connection then.</returns>
    /// <exception cref="PeerException">There is no answer in time, or the connection has ended.</exception>
    public Task<PeerAnswered> AskForStreamAsync(IRequestBody body, CancellationToken cancellationToken) => AskAsync(body, PeerAskKind.Stream, 0, cancellationToken);

    /// <summary>Asks for a part of a file, as raw bytes after the answer or inside it.</summary>
    /// <param name="file">Which part; it says how many bytes at most.</param>
    /// <param name="cancellationToken">Gives up; the connection goes on.</param>
    /// <returns>The part, or the refusal.</returns>
    /// <exception cref="PeerException">There is no answer in time, or one that contradicts itself or the question, which ends the connection.</exception>
    public async Task<PeerFilePart> AskForFileAsync(FileParams file, CancellationToken cancellationToken)
    {
        int most = file.ReadBytes ?? throw new ArgumentException("Say how many bytes are wanted at most.", nameof(file));
        PeerAnswered answered = await AskAsync(file, PeerAskKind.Message, file.IsStream ? most : 0, cancellationToken);
        if (answered.Response.Error is { } error)
        {
            return new PeerFilePart(error, default, 0, 0);
        }

        PeerFilePart? part;
        MessageViolation? violation;
        if (file.IsStream)
        {
            part = StreamAnswer.Read(answered.Response, _options.Limits, out violation) is { } head ? new PeerFilePart(null, answered.Raw, head.Size, head.Location) : null;
        }
        else
        {
            part = FileAnswer.Read(answered.Response, _options.Limits, out violation) is { } whole ? new PeerFilePart(null, whole.Body, whole.Size, whole.Location) : null;
        }

        if (part is not null && part.Bytes.Length <= most && part.Location == file.Location + part.Bytes.Length && part.Location <= part.Size)
        {
            return part;
        }

        PeerException lie = violation is { } broken ? PeerException.Of(broken) : PeerException.Of(PeerFailure.Violation);
        End(lie);
        throw lie.Again();
    }

    /// <summary>Closes the connection and awaits its end. Does nothing to one that was handed over.</summary>
    public async ValueTask DisposeAsync()
    {
        End(PeerException.Of(PeerFailure.Disposed));
        await Ended;
    }

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    private async Task<PeerAnswered> AskAsync(IRequestBody body, PeerAskKind kind, int mostRaw, CancellationToken cancellationToken)
    {
        PeerAsk ask = _asks.Open(kind, mostRaw);
        bool holds = kind == PeerAskKind.Stream || (kind == PeerAskKind.Handshake && _dial?.Encryption == PeerEncryption.Upgrade);
        using CancellationTokenSource timeout = Deadline.After(_options.RequestTime, _options.Clock).CreateLinkedSource(cancellationToken, _stop.Token);
        try
        {
            await _writer.AskAsync(Bytes(output => MessageWriter.WriteRequest(output, ask.Id, body)), holds, timeout.Token);
            return await ask.Answered.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            _asks.Abandon(ask);
            bool isGivenUp = cancellationToken.IsCancellationRequested;
            if ((ask.IsBegun && !(isGivenUp && kind == PeerAskKind.Message)) || !ask.TryAbandon())
            {
                // The answer has come; what it brings comes in time, or the connection ends.
                return await ask.Answered.WaitAsync(kind == PeerAskKind.Message ? cancellationToken : CancellationToken.None);
            }

            PeerException failure = PeerException.Of(isGivenUp ? PeerFailure.Disposed : PeerFailure.TimedOut, e);
            if (holds)
            {
                // What follows may be messages or anything else: nobody knows.
                End(failure);
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw Volatile.Read(ref _cause)?.Again() ?? failure;
        }
        catch (IOException e)
        {
            throw End(Translate(e)).Again();
        }
        catch (PeerException e)
        {
            _asks.Abandon(ask);
            if (e.Failure == PeerFailure.TimedOut)
            {
                End(e);
            }

            throw;
        }
    }

    /// <summary>Keeps the first cause, and sets the end going.</summary>
    /// <returns>The cause that is kept.</returns>
    private PeerException End(PeerException cause)
    {
        PeerException kept = Interlocked.CompareExchange(ref _cause, cause, null) ?? cause;
        _asks.Fail(kept);
        _stop.Cancel();
        return kept;
    }

    private PeerException Translate(Exception fault) => fault switch
    {
        PeerException known => known,
        OperationCanceledException when Volatile.Read(ref _cause) is { } cause => cause,
        IOException or ConnectionAbortedException => PeerException.Of(PeerFailure.Reset, fault),
        _ => PeerException.Of(PeerFailure.Failed, fault),
    };
}
