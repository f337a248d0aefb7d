using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Sends messages one after the other, and nothing where the bytes are about to mean something else.</summary>
/// <remarks>
/// Two requests change what follows: a handshake that offers encryption, and one for the connection's bytes. From such a request until its answer
/// this side says nothing: what it said would reach a peer that has gone on already. Answers are held meanwhile.
/// </remarks>
/// <param name="channel">The connection.</param>
/// <param name="options">How long a write may take.</param>
/// <param name="stop">The connection ends.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose handle nobody asked for holds nothing.")]
internal sealed class PeerWriter(PeerChannel channel, PeerConnectionOptions options, CancellationToken stop)
{
    private const int MostHeld = 1024 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<ReadOnlyMemory<byte>> _held = [];
    private int _heldBytes;
    private bool _holds;
    private bool _isSealed;
    private bool _isBroken;

    /// <summary>Sends a request.</summary>
    /// <param name="message">The request.</param>
    /// <param name="holds">Whether nothing else may be sent before its answer.</param>
    /// <param name="cancellationToken">Gives up before the request is begun.</param>
    /// <exception cref="PeerException">The connection takes no requests, or does not take this one in time.</exception>
    public async Task AskAsync(ReadOnlyMemory<byte> message, bool holds, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_isSealed || _holds)
            {
                throw PeerException.Of(PeerFailure.HandedOver);
            }

            _holds = holds;
            await WriteAsync(message, default);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends an answer.</summary>
    /// <param name="head">The answer.</param>
    /// <param name="raw">Raw bytes after it.</param>
    /// <exception cref="PeerException">The peer does not take it in time, or has too many answers held.</exception>
    public async Task AnswerAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> raw)
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (_holds)
            {
                Hold(head, raw);
            }
            else if (!_isSealed)
            {
                await WriteAsync(head, raw);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends the last answer of all.</summary>
    /// <returns>False where this side has asked for something that changes what follows itself: then nothing is sent.</returns>
    /// <exception cref="PeerException">The peer does not take it in time.</exception>
    public async Task<bool> AnswerLastAsync(ReadOnlyMemory<byte> head)
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (_holds)
            {
                return false;
            }

            _isSealed = true;
            await WriteAsync(head, default);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends an answer in clear, and begins TLS as the one who accepted.</summary>
    /// <exception cref="PeerException">TLS does not come about.</exception>
    public async Task AnswerAndEncryptAsync(ReadOnlyMemory<byte> head, PeerCertificate certificate)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await WriteAsync(head, default);
            await InTimeAsync(token => channel.EncryptAsServerAsync(certificate, token), options.HandshakeTime, stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Begins TLS as the one who accepted.</summary>
    /// <exception cref="PeerException">TLS does not come about.</exception>
    public Task EncryptAsServerAsync(PeerCertificate certificate) => EncryptAsync(token => channel.EncryptAsServerAsync(certificate, token));

    /// <summary>Begins TLS as the one who dialled.</summary>
    /// <param name="expected">The SHA-256 of the certificate that must be shown; null where any will do.</param>
    /// <exception cref="PeerException">It is another certificate, or TLS does not come about.</exception>
    public Task EncryptAsClientAsync(ReadOnlyMemory<byte>? expected) => EncryptAsync(token => channel.EncryptAsClientAsync(expected, token));

    /// <summary>Sends what was held, and holds no more: the answer has come, and messages go on.</summary>
    /// <exception cref="PeerException">The peer does not take them in time.</exception>
    public async Task ReleaseAsync()
    {
        await _turn.WaitAsync(stop);
        try
        {
            _holds = false;
            foreach (ReadOnlyMemory<byte> message in _held)
            {
                await WriteAsync(message, default);
            }

            _held.Clear();
            _heldBytes = 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends no more messages, nor what was held: the bytes are somebody else's.</summary>
    public async Task SealAsync()
    {
        await _turn.WaitAsync(stop);
        _isSealed = true;
        _holds = false;
        _held.Clear();
        _turn.Release();
    }

    /// <summary>Ends the direction, once whatever is being sent is sent or given up.</summary>
    /// <param name="isInGoodOrder">Whether the peer is to take it for an end that is meant.</param>
    public async Task CloseAsync(bool isInGoodOrder)
    {
        Task turn = _turn.WaitAsync(CancellationToken.None);
        try
        {
            await turn.WaitAsync(options.CloseTime, options.Clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            channel.Abort("The peer did not take what was sent.");
            await turn;
        }

        if (!isInGoodOrder || _isBroken)
        {
            return;
        }

        try
        {
            await channel.EndAsync().AsTask().WaitAsync(options.CloseTime, options.Clock, CancellationToken.None);
        }
        catch (Exception e) when (e is TimeoutException or IOException or InvalidOperationException or OperationCanceledException)
        {
            channel.Abort("The peer did not take the connection's end.");
        }
    }

    private async Task EncryptAsync(Func<CancellationToken, Task> begin)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await InTimeAsync(begin, options.HandshakeTime, stop);
        }
        finally
        {
            _turn.Release();
        }
    }

    // A message that is being sent when the connection is closed is sent to its end.
    private Task WriteAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> raw) => InTimeAsync(
        async token =>
        {
            await channel.WriteAsync(head, token);
            if (!raw.IsEmpty)
            {
                await channel.WriteAsync(raw, token);
            }
        },
        options.WriteTime,
        CancellationToken.None);

    // What was given up half-way leaves the connection of no use, so that nothing may follow.
    private async Task InTimeAsync(Func<CancellationToken, Task> work, TimeSpan time, CancellationToken stopped)
    {
        using CancellationTokenSource timeout = Deadline.After(time, options.Clock).CreateLinkedSource(stopped);
        try
        {
            await work(timeout.Token);
        }
        catch (Exception e)
        {
            _isBroken = true;
            if (e is OperationCanceledException and not ConnectionAbortedException && !stopped.IsCancellationRequested)
            {
                throw PeerException.Of(PeerFailure.TimedOut, e);
            }

            throw;
        }
    }

    private void Hold(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> raw)
    {
        _heldBytes += head.Length + raw.Length;
        if (_heldBytes > MostHeld)
        {
            throw PeerException.Of(PeerFailure.Overloaded);
        }

        _held.Add(head);
        if (!raw.IsEmpty)
        {
            _held.Add(raw);
        }
    }
}
