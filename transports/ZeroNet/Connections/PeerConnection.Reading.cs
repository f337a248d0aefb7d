using System.Buffers;
using System.IO.Pipelines;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What the peer sends: messages, raw bytes, and the end of both.</summary>
internal sealed partial class PeerConnection
{
    // The first byte of a TLS record that holds a handshake (RFC 8446, section 5.1), which no map begins with.
    private const byte TlsHandshake = 0x16;

    // So much of an unfinished message everybody may have held.
    private static readonly int FreelyHeld = MessageLimits.BeforeHandshake.Frame;

    private readonly MessageReader _reader;
    private bool _hasSpoken;
    private bool _isGivenAway;
    private long _charged;
    private int _unasked;

    private async Task<PeerException> RunAsync()
    {
        // Whoever made this object has it before anything happens.
        await Task.Yield();
        PeerException cause;
        try
        {
            await BeginAsync();
            _begun.SetResult();
            await ServeAsync();
            cause = PeerException.Of(PeerFailure.HandedOver);
        }
        catch (Exception e)
        {
            cause = Translate(e);
        }

        cause = End(cause);
        if (_begun.TrySetException(cause.Again()))
        {
            // A dialler waits for it, an acceptor does not.
            _ = _begun.Task.Exception;
        }

        Charge(0);
        for (int i = 0; i < _options.Updates; i++)
        {
            await _updates.WaitAsync(CancellationToken.None);
        }

        if (!_isGivenAway)
        {
            await _writer.CloseAsync(cause.Failure is PeerFailure.Closed or PeerFailure.Disposed or PeerFailure.Idle or PeerFailure.UnknownCommands);
            await _channel.DisposeAsync();
        }

        return cause;
    }

    // Before the first message: TLS, where it comes first.
    private async Task BeginAsync()
    {
        if (_dial is not null)
        {
            if (_dial.Encryption == PeerEncryption.Implicit)
            {
                await _writer.EncryptAsClientAsync(_dial.ExpectedCertificate);
            }
        }
        else if (_options.Certificate is { } certificate && await FirstByteAsync() == TlsHandshake)
        {
            await _writer.EncryptAsServerAsync(certificate);
        }

        _asker.ChannelBinding = _channel.Binding;
    }

    private async Task<byte> FirstByteAsync()
    {
        ReadResult read = await ReceiveAsync(Deadline.After(_options.HandshakeTime, _options.Clock), PeerFailure.TimedOut);
        if (read.Buffer.IsEmpty)
        {
            throw PeerException.Of(PeerFailure.Closed);
        }

        byte first = read.Buffer.FirstSpan[0];
        _channel.Input.AdvanceTo(read.Buffer.Start);
        return first;
    }

    // Takes messages until the connection is given away.
    private async Task ServeAsync()
    {
        while (!_isGivenAway)
        {
            PeerMessage message = await NextAsync();
            await (message is PeerResponse response ? TakeAnswerAsync(response) : AnswerAsync((PeerRequest)message));
        }
    }

    private async Task<PeerMessage> NextAsync()
    {
        Deadline due = Deadline.After(_hasSpoken ? _options.IdleTime : _options.HandshakeTime, _options.Clock);
        PeerFailure late = _hasSpoken ? PeerFailure.Idle : PeerFailure.TimedOut;
        bool isBegun = false;
        while (true)
        {
            ReadResult read = await ReceiveAsync(due, late);
            ReadOnlySequence<byte> rest = read.Buffer;
            PeerMessage? message = _reader.Read(ref rest);
            if (message is not null)
            {
                _channel.Input.AdvanceTo(rest.Start);
                Charge(0);
                _hasSpoken = true;
                return message;
            }

            if (_reader.Violation is { } violation)
            {
                _channel.Input.AdvanceTo(rest.End);
                throw PeerException.Of(violation);
            }

            if (read.IsCompleted)
            {
                throw PeerException.Of(rest.IsEmpty && _channel.IsEndMeant ? PeerFailure.Closed : PeerFailure.Reset);
            }

            Charge(rest.Length - FreelyHeld);
            bool isThere = !rest.IsEmpty;
            _channel.Input.AdvanceTo(rest.Start, rest.End);
            if (isThere && !isBegun)
            {
                isBegun = true;
                due = Deadline.After(_options.MessageTime, _options.Clock);
                late = PeerFailure.TimedOut;
            }
        }
    }

    private async ValueTask<ReadResult> ReceiveAsync(Deadline due, PeerFailure late)
    {
        if (_channel.Input.TryRead(out ReadResult read))
        {
            return read;
        }

        using CancellationTokenSource timeout = due.CreateLinkedSource(_stop.Token);
        try
        {
            return await _channel.Input.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            throw PeerException.Of(late, e);
        }
    }

    // Counts what is held of an unfinished message, where that is shared with other connections.
    private void Charge(long held)
    {
        held = Math.Max(held, 0);
        if (_options.HeldBytes is not { } budget || held == _charged)
        {
            return;
        }

        if (held < _charged)
        {
            budget.Give(_charged - held);
        }
        else if (!budget.TryTake(held - _charged))
        {
            throw PeerException.Of(PeerFailure.Overloaded);
        }

        _charged = held;
    }

    // Gives an answer to whoever waits for it.
    private async Task TakeAnswerAsync(PeerResponse response)
    {
        PeerAsk? ask = _asks.Take(response.To, out bool isLate);
        if (ask is null)
        {
            if (!isLate && ++_unasked > _options.UnaskedAnswers)
            {
                throw PeerException.Of(PeerFailure.UnaskedAnswers);
            }

            await ReadRawAsync(null);
            return;
        }

        ask.IsBegun = true;
        try
        {
            await TakeAnswerAsync(ask, response);
        }
        catch (Exception e)
        {
            ask.Fail(Translate(e).Again());
            throw;
        }
    }

    private async Task TakeAnswerAsync(PeerAsk ask, PeerResponse response)
    {
        if (response.StreamBytes > ask.MostRaw)
        {
            throw PeerException.Of(MessageViolation.NumberTooLarge);
        }

        if (ask.Kind == PeerAskKind.Stream)
        {
            if (response.Error is null)
            {
                await _writer.SealAsync();
                _isGivenAway = true;
                PeerStream stream = new(_channel);
                if (!ask.TryComplete(new PeerAnswered(response, default, stream)))
                {
                    await stream.DisposeAsync();
                }

                return;
            }

            await _writer.ReleaseAsync();
        }
        else if (ask.Kind == PeerAskKind.Handshake)
        {
            await MeetAsync(response);
        }

        // No more is allocated than was asked for.
        byte[] raw = new byte[response.StreamBytes];
        await ReadRawAsync(raw);
        ask.TryComplete(new PeerAnswered(response, raw, null));
    }

    // The answer to our handshake, after which TLS begins where both want it.
    private async Task MeetAsync(PeerResponse response)
    {
        if (response.Error is not null)
        {
            throw PeerException.Of(PeerFailure.Refused);
        }

        Greet(Handshake.Read(response, _reader.Limits, out MessageViolation? violation) ?? throw PeerException.Of(violation!.Value));
        if (_channel.IsEncrypted)
        {
            return;
        }

        bool isAgreed = Remote!.Crypt is not null;
        if (isAgreed && _dial!.Encryption == PeerEncryption.Upgrade && Remote.Crypt == Handshake.Tls)
        {
            await _writer.EncryptAsClientAsync(_dial.ExpectedCertificate);
            _asker.ChannelBinding = _channel.Binding;
        }
        else if (isAgreed)
        {
            // It goes on in a way that nobody offered.
            throw PeerException.Of(PeerFailure.Violation);
        }
        else if (_dial!.ExpectedCertificate is not null)
        {
            throw PeerException.Of(PeerFailure.NotEncrypted);
        }

        await _writer.ReleaseAsync();
    }

    private void Greet(Handshake handshake)
    {
        _asker.Handshake = handshake;
        _reader.Limits = _options.Limits;
    }

    // The raw bytes after an answer: all of them, or none is kept.
    private async Task ReadRawAsync(byte[]? kept)
    {
        Deadline due = Deadline.After(_options.MessageTime, _options.Clock);
        int got = 0;
        while (_reader.RawBytes > 0)
        {
            ReadResult read = await ReceiveAsync(due, PeerFailure.TimedOut);
            ReadOnlySequence<byte> rest = read.Buffer;
            ReadOnlySequence<byte> raw = _reader.ReadRaw(ref rest);
            if (kept is not null)
            {
                raw.CopyTo(kept.AsSpan(got));
                got += (int)raw.Length;
            }

            _channel.Input.AdvanceTo(rest.Start);
            if (_reader.RawBytes > 0 && read.IsCompleted)
            {
                throw PeerException.Of(PeerFailure.Reset);
            }
        }
    }
}
