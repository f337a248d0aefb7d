using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A session on a router: a destination that lives as long as its connection. Usable from the start, and useful once it is ready.</summary>
internal sealed class SamSession : IAsyncDisposable
{
    // i2pd 2.45 answers on a grid of 20 s and once took three minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(250);

    private readonly SamBridge _bridge;
    private readonly SamConnection _connection;
    private readonly CancellationTokenSource _life;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<SamException?> _ended;
    private Task? _disposal;

    private SamSession(SamBridge bridge, SamConnection connection, string id, I2PPrivateKey key, string host, CancellationToken cancellationToken)
    {
        _bridge = bridge;
        _connection = connection;
        _life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Id = id;
        Key = key;
        Host = host;
        _ended = RunAsync(_life.Token);
    }

    /// <summary>Its name on the router.</summary>
    public string Id { get; }

    /// <summary>Its key.</summary>
    public I2PPrivateKey Key { get; }

    /// <summary>The address that others find it by.</summary>
    public string Host { get; }

    /// <summary>Where its bridge is.</summary>
    public SamBridge Bridge => _bridge;

    /// <summary>Completes once others can reach it; cancelled where it ends before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Completes when it has ended, with the reason, or null where it was disposed.</summary>
    public Task<SamException?> Ended => _ended;

    /// <summary>Begins a session. Returns when the router has been told; it may still refuse, which ends the session.</summary>
    /// <param name="bridge">Where.</param>
    /// <param name="key">Its key.</param>
    /// <param name="host">The address that others find it by: the key's b32, or b33 where the options have it encrypted.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellationToken">Ends it, whenever it is cancelled.</param>
    /// <exception cref="SamException">The bridge does not answer.</exception>
    public static async Task<SamSession> BeginAsync(SamBridge bridge, I2PPrivateKey key, string host, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        SamConnection connection = await bridge.OpenAsync(cancellationToken);
        try
        {
            await connection.SayAsync(SamCommand.CreateSession(id, key, options), cancellationToken);
            return new SamSession(bridge, connection, id, key, host, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    public ValueTask DisposeAsync() => new(_disposal ??= EndAsync());

    private async Task EndAsync()
    {
        await _life.CancelAsync();
        await _ended;
        await _connection.DisposeAsync();
        _life.Dispose();
    }

    private async Task<SamException?> RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task probing = ProbeAsync(either.Token);
        try
        {
            await ReadAnswerAsync(cancellationToken);
            _ready.TrySetResult();
            await _connection.ReadAsync("session", cancellationToken);
            return SamException.Of("session", SamViolation.OtherAnswer);
        }
        catch (SamException e)
        {
            return e;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            await either.CancelAsync();
            await probing;
            _ready.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task ReadAnswerAsync(CancellationToken cancellationToken)
    {
        const string Command = "SESSION CREATE";
        using CancellationTokenSource timeout = Deadline.After(Patience, _bridge.Clock).CreateLinkedSource(cancellationToken);
        try
        {
            SamMessage message = await _connection.ReadAsync(Command, timeout.Token);
            SamReply reply = SamReply.From(message, "SESSION", "STATUS", out SamViolation violation) ?? throw SamException.Of(Command, violation);
            if (!reply.IsOk)
            {
                throw SamException.Refused(Command, reply);
            }

            // The router's address for it must be the one that we derived, which others were told.
            if (reply.Message["DESTINATION"] is not { } text || I2PBase64.TryDecode(text) is not { } bytes
                || !I2PDestination.TryRead(bytes, out I2PDestination? destination, out _) || destination.Host != Key.Destination.Host)
            {
                throw SamException.Of(Command, SamViolation.BadDestination);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw SamException.Of(Command, SamViolation.Silent, e);
        }
    }

    // The answer may come long after the session can be reached; that the network knows it tells sooner.
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using SamConnection connection = await _bridge.OpenAsync(cancellationToken);
            while (true)
            {
                (I2PDestination? destination, _) = await connection.LookUpAsync(Host, cancellationToken);
                if (destination is not null)
                {
                    _ready.TrySetResult();
                    return;
                }

                await Task.Delay(BetweenProbes, _bridge.Clock, cancellationToken);
            }
        }
        catch (Exception e) when (e is SamException or OperationCanceledException)
        {
            // The session's own connection tells what is wrong.
        }
    }
}
