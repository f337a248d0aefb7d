using System.Net.Sockets;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A connection to a control port: one command at a time in the order they came, events beside them.</summary>
/// <remarks>
/// The first cause of its end is kept. Then every waiting command fails with it, events that have arrived can still be read, and
/// the socket is closed.
/// </remarks>
internal sealed partial class TorControlConnection : IAsyncDisposable
{
    // What an event takes beside its text, roughly.
    private const int EventOverhead = 256;

    private readonly EngineSocket _socket;
    private readonly ControlConnectionOptions _options;
    private readonly ILogger _logger;
    private readonly ControlDecoder _decoder;
    private readonly Channel<PendingCommand> _commands;
    private readonly Channel<ControlMessage> _events = Channel.CreateUnbounded<ControlMessage>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly CancellationTokenSource _life = new();
    private readonly TaskCompletionSource<ControlException> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;

    private PendingCommand? _unanswered;
    private long _eventBytes;

    /// <summary>Makes a connection, which owns the socket.</summary>
    public TorControlConnection(EngineSocket socket, ControlConnectionOptions options, ILogger logger)
    {
        _socket = socket;
        _options = options;
        _logger = logger;
        _decoder = new ControlDecoder(options.Limits);
        _commands = Channel.CreateBounded<PendingCommand>(new BoundedChannelOptions(options.CommandBacklog) { SingleReader = true });
        _run = RunAsync();
    }

    /// <summary>Completes with the first cause when the connection has ended. Never faults.</summary>
    public Task<ControlException> Ended => _end.Task;

    /// <summary>The user on the other side of a Unix socket, or null.</summary>
    public uint? PeerUserId => _socket.PeerUserId;

    /// <summary>Sends a command and waits for its reply. A command with a secret is wiped, whatever happens.</summary>
    /// <param name="command">The command. May be sent once.</param>
    /// <param name="cancellationToken">Stops waiting. A command that is on its way already is still answered, and the answer dropped.</param>
    /// <returns>The reply, which may be a refusal.</returns>
    /// <exception cref="ControlException">The connection has ended or ends before the reply.</exception>
    public async Task<ControlMessage> SendAsync(ControlCommand command, CancellationToken cancellationToken)
    {
        var pending = new PendingCommand(command);
        if (!_commands.Writer.TryWrite(pending))
        {
            pending.Fail(_end.Task.IsCompleted
                ? await _end.Task
                : new ControlException($"More than {_options.CommandBacklog} commands wait for the control port: it does not keep up."));
        }

        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (p, token) => ((PendingCommand)p!).Abandon(token), pending);
        return await pending.Reply;
    }

    /// <summary>Waits for the next event. One call at a time.</summary>
    /// <returns>An event; null once the connection has ended and its events are read.</returns>
    public async ValueTask<ControlMessage?> NextEventAsync(CancellationToken cancellationToken)
    {
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_events.Reader.TryRead(out ControlMessage? message))
            {
                Interlocked.Add(ref _eventBytes, -Size(message));
                return message;
            }
        }

        return null;
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new ControlException("The control connection was closed."));
        await _run;
        _life.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(ReadAsync(), WriteAsync());
        }
        finally
        {
            ControlException cause = await _end.Task;
            Interlocked.Exchange(ref _unanswered, null)?.Fail(cause);
            while (_commands.Reader.TryRead(out PendingCommand? pending))
            {
                pending.Fail(cause);
            }
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[8 * 1024];
        try
        {
            int received;
            while ((received = await _socket.ReceiveAsync(buffer)) > 0)
            {
                Take(buffer.AsSpan(0, received));
            }

            End(_decoder.End() is { } violation ? new ControlException(violation) : new ControlException("The control port ended the connection."));
        }
        catch (Exception e) when (e is SocketException or ControlException)
        {
            End(e as ControlException ?? new ControlException($"The control connection failed: {e.Message}.", e));
        }
        finally
        {
            // After anything else, a bug, nobody may be left waiting.
            End(new ControlException("Reading from the control port failed."));
        }
    }

    private void Take(ReadOnlySpan<byte> received)
    {
        while (_decoder.Decode(ref received) is { } message)
        {
            if (message.IsEvent)
            {
                Queue(message);
            }
            else if (Interlocked.Exchange(ref _unanswered, null) is { } pending)
            {
                pending.Answer(message);
            }
            else
            {
                throw new ControlException(ControlViolation.UnaskedReply);
            }
        }

        if (_decoder.Violation is { } violation)
        {
            throw new ControlException(violation);
        }
    }

    private void Queue(ControlMessage message)
    {
        int size = Size(message);
        if (Interlocked.Add(ref _eventBytes, size) > _options.EventBacklog)
        {
            throw new ControlException(ControlViolation.TooManyEvents);
        }

        _events.Writer.TryWrite(message);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (PendingCommand pending in _commands.Reader.ReadAllAsync(_life.Token))
            {
                if (pending.Reply.IsCompleted)
                {
                    pending.Wipe();
                    continue;
                }

                // A peer that neither reads nor answers is given up after the same time.
                using var timeout = new AwakeTimeout(_options.AnswerTimeout, _options.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _life.Token);
                Volatile.Write(ref _unanswered, pending);
                try
                {
                    await _socket.SendAsync(pending.Command.Line, either.Token);
                    pending.Wipe();
                    await pending.Answered.WaitAsync(either.Token);
                }
                catch (OperationCanceledException) when (timeout.Token.IsCancellationRequested)
                {
                    End(new ControlException($"The control port did not answer {pending.Command.Keyword} within {_options.AnswerTimeout.TotalSeconds:0.#} s."));
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ended by the reading side or by disposal.
        }
        catch (SocketException e)
        {
            End(new ControlException($"The control connection failed: {e.Message}.", e));
        }
        finally
        {
            End(new ControlException("Writing to the control port failed."));
        }
    }

    private void End(ControlException cause)
    {
        if (!_end.TrySetResult(cause))
        {
            return;
        }

        Log.Ended(_logger, cause.Message);
        _commands.Writer.TryComplete();
        _events.Writer.TryComplete();
        _socket.Dispose();
        _life.Cancel();
    }

    private static int Size(ControlMessage message)
    {
        int size = EventOverhead;
        foreach (ControlLine line in message.Lines)
        {
            size += EventOverhead + (2 * line.Text.Length) + (2 * (line.Data?.Length ?? 0));
        }

        return size;
    }

    /// <summary>A command on its way: its caller waits for <see cref="Reply"/>, the connection for <see cref="Answered"/>.</summary>
    private sealed class PendingCommand(ControlCommand command)
    {
        private readonly TaskCompletionSource<ControlMessage> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ControlCommand Command { get; } = command;

        public Task<ControlMessage> Reply => _reply.Task;

        public Task Answered => _answered.Task;

        public void Answer(ControlMessage message)
        {
            // Whoever awaits the reply finds the secret gone; the writer's own wipe may come a moment later.
            Wipe();
            _answered.TrySetResult();
            _reply.TrySetResult(message);
        }

        public void Abandon(CancellationToken cancellationToken) => _reply.TrySetCanceled(cancellationToken);

        public void Fail(ControlException cause)
        {
            Wipe();
            _reply.TrySetException(new ControlException(cause));
        }

        public void Wipe()
        {
            if (Command.IsSecret)
            {
                Command.Wipe();
            }
        }
    }
}
