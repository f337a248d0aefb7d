using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What the peer asks: answered one after the other, but updates.</summary>
internal sealed partial class PeerConnection
{
    private readonly TokenBucket _rate;
    private readonly SemaphoreSlim _updates;
    private int _unknown;

    private async Task AnswerAsync(PeerRequest request)
    {
        if (_rate.Take() is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, _options.Clock, _stop.Token);
        }

        switch (request.Command)
        {
            case PeerCommands.Handshake:
                await AnswerHandshakeAsync(request);
                break;
            case PeerCommands.Update:
                await _updates.WaitAsync(_stop.Token);
                _ = AnswerUpdateAsync(request);
                break;
            default:
                await SayAsync(request, await _requests.AnswerAsync(request, _stop.Token));
                break;
        }
    }

    // Does not hold up what follows it: nodes fetch what an update announces before they answer it.
    private async Task AnswerUpdateAsync(PeerRequest request)
    {
        try
        {
            await Task.Yield();
            PeerAnswer? answer = await _requests.AnswerAsync(request, _stop.Token);
            if (answer is PeerAnswer.Handover)
            {
                throw new InvalidOperationException("The answer to an update gives the connection away, while other requests are read from it.");
            }

            await SayAsync(request, answer);
        }
        catch (Exception e)
        {
            End(Translate(e));
        }
        finally
        {
            _updates.Release();
        }
    }

    private async Task AnswerHandshakeAsync(PeerRequest request)
    {
        Greet(Handshake.Read(request, _reader.Limits, out MessageViolation? violation) ?? throw PeerException.Of(violation!.Value));
        bool isUpgraded = _dial is null && !_channel.IsEncrypted && _options.Certificate is not null && Remote!.CryptSupported.Contains(Handshake.Tls);
        bool canEncrypt = _channel.IsEncrypted || _options.Certificate is not null;

        // Over an overlay a node sees its helper's address, and says that.
        string seenAt = (_asker.Address ?? IPAddress.Loopback).ToString();
        Handshake own = _options.Self.Describe(seenAt, canEncrypt, _channel.IsEncrypted || isUpgraded ? Handshake.Tls : null);
        byte[] answer = Bytes(output => MessageWriter.WriteAnswer(output, request.RequestId, own));
        if (isUpgraded)
        {
            await _writer.AnswerAndEncryptAsync(answer, _options.Certificate!);
            _asker.ChannelBinding = _channel.Binding;
        }
        else
        {
            await _writer.AnswerAsync(answer, default);
        }
    }

    private async Task SayAsync(PeerRequest request, PeerAnswer? answer)
    {
        switch (answer)
        {
            case PeerAnswer.Fields fields:
                await _writer.AnswerAsync(Bytes(output => MessageWriter.WriteAnswer(output, request.RequestId, fields.Body)), default);
                break;
            case PeerAnswer.Failure failure:
                await FailAsync(request, failure.Error);
                break;
            case PeerAnswer.Stream stream when stream.Head.StreamBytes == stream.Bytes.Length:
                await _writer.AnswerAsync(Bytes(output => MessageWriter.WriteAnswer(output, request.RequestId, stream.Head)), stream.Bytes);
                break;
            case PeerAnswer.Stream:
                throw new InvalidOperationException("A part of a file has another length than its head says.");
            case PeerAnswer.Handover handover:
                await HandOverAsync(request, handover);
                break;
            default:
                await RefuseUnknownAsync(request);
                break;
        }
    }

    private Task FailAsync(PeerRequest request, string error) =>
        _writer.AnswerAsync(Bytes(output => MessageWriter.WriteFailure(output, request.RequestId, error)), default);

    private async Task RefuseUnknownAsync(PeerRequest request)
    {
        if (Interlocked.Increment(ref _unknown) > _options.UnknownCommands)
        {
            await Task.Delay(_options.UnknownCommandsPause, _options.Clock, _stop.Token);
            throw PeerException.Of(PeerFailure.UnknownCommands);
        }

        await FailAsync(request, $"Unknown command: {request.Command}");
    }

    private async Task HandOverAsync(PeerRequest request, PeerAnswer.Handover handover)
    {
        if (!await _writer.AnswerLastAsync(Bytes(output => MessageWriter.WriteAnswer(output, request.RequestId, handover.Body))))
        {
            // Both sides have asked for the connection at once.
            await FailAsync(request, "Busy");
            return;
        }

        _isGivenAway = true;
        _asks.Fail(PeerException.Of(PeerFailure.HandedOver));
        PeerStream stream = new(_channel);
        try
        {
            await handover.UseAsync(stream, _stop.Token);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }
}
