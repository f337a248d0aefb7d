using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>One connection to a SAM bridge, which is one thing: a session, a question, a stream that is dialled or one that is awaited. One command at a time.</summary>
internal sealed class SamConnection : IAsyncDisposable, IDisposable
{
    /// <summary>The name by which a router looks up its own destination, where this is no session's connection.</summary>
    public const string Myself = "ME";

    private const int BufferLength = 4096;

    // Java's bridge asks once in a while. Whoever asks more often keeps us busy.
    private const int PingsAllowed = 32;

    private static readonly TimeSpan PingsRefill = TimeSpan.FromMinutes(1);

    private readonly EngineSocket _socket;
    private readonly SamConnectionOptions _options;
    private readonly SamLineReader _lines;
    private ReadOnlyMemory<byte> _rest;
    private long _pingsSince;
    private int _pings;

    /// <summary>Takes over a connected socket.</summary>
    public SamConnection(EngineSocket socket, SamConnectionOptions options)
    {
        _socket = socket;
        _options = options;
        _lines = new SamLineReader(options.Limits);
        _pingsSince = options.Clock.GetTimestamp();
    }

    /// <summary>The socket. Whoever has it may only abort it.</summary>
    public EngineSocket Socket => _socket;

    /// <summary>The version that the bridge speaks, once greeted.</summary>
    public Version Version { get; private set; } = new(3, 1);

    /// <summary>Greets the bridge.</summary>
    /// <exception cref="SamException">It is none, or refuses.</exception>
    public async Task GreetAsync(CancellationToken cancellationToken)
    {
        SamReply reply = await AskAsync(SamCommand.Greet(_options.Credentials), cancellationToken);
        if (!reply.IsOk)
        {
            throw SamException.Refused(SamCommand.Hello, reply);
        }

        // Before 3.1 bridges said no version; a version that cannot be read is no later one.
        Version = Version.TryParse(reply.Message["VERSION"], out Version? version) ? version : Version;
    }

    /// <summary>Has the router make a destination.</summary>
    /// <exception cref="SamException">It does not.</exception>
    public async Task<I2PPrivateKey> GenerateAsync(CancellationToken cancellationToken)
    {
        SamCommand command = SamCommand.Generate();
        SamMessage message = await ExchangeAsync(command, _options.Patience, cancellationToken);
        if (message["RESULT"] is { } result && SamResults.Parse(result) != SamResult.Ok)
        {
            throw SamException.Refused(command.Name, new SamReply(message, SamResults.Parse(result)));
        }

        return message["PRIV"] is { } text && I2PBase64.TryDecode(text) is { } bytes && I2PPrivateKey.TryRead(bytes, out I2PPrivateKey? key, out _)
            && message["PUB"] == key.Destination.ToBase64()
            ? key
            : throw SamException.Of(command.Name, SamViolation.BadDestination);
    }

    /// <summary>Says a command and reads its answer.</summary>
    /// <exception cref="SamException">There is none in time, or something else.</exception>
    public Task<SamReply> AskAsync(SamCommand command, CancellationToken cancellationToken) => AskAsync(command, _options.Patience, cancellationToken);

    /// <summary>The same, with a patience of its own.</summary>
    public async Task<SamReply> AskAsync(SamCommand command, TimeSpan patience, CancellationToken cancellationToken)
    {
        SamMessage message = await ExchangeAsync(command, patience, cancellationToken);
        return SamReply.From(message, command.Topic, command.Kind, out SamViolation violation) ?? throw SamException.Of(command.Name, violation);
    }

    /// <summary>Asks for the destination behind a name.</summary>
    /// <returns>The destination, or the refusal.</returns>
    /// <exception cref="SamException">There is no answer in time, or something else.</exception>
    public async Task<(I2PDestination? Destination, SamReply Reply)> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        SamCommand command = SamCommand.LookUp(name);
        SamReply reply = await AskAsync(command, cancellationToken);
        if (!reply.IsOk)
        {
            return (null, reply);
        }

        return reply.Message["VALUE"] is { } value && I2PDestination.TryParse(value, out I2PDestination? destination, out _)
            ? (destination, reply)
            : throw SamException.Of(command.Name, SamViolation.BadDestination);
    }

    /// <summary>Sees whether the bridge lives. Needs version 3.2.</summary>
    /// <exception cref="SamException">It does not answer, or something else.</exception>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        string text = Guid.NewGuid().ToString("N");
        if ((await ExchangeAsync(SamCommand.Ping(text), _options.Patience, cancellationToken)).Text != text)
        {
            throw SamException.Of("PING", SamViolation.OtherAnswer);
        }
    }

    /// <summary>Says a command whose answer is read later.</summary>
    /// <exception cref="SamException">The connection has ended.</exception>
    public async Task SayAsync(SamCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(command.ToBytes(), cancellationToken);
        }
        catch (SocketException e)
        {
            throw SamException.Broken(command.Name, e);
        }
    }

    /// <summary>Reads the next message, for whatever time it takes; PINGs are answered meanwhile.</summary>
    /// <param name="command">What it is awaited for, for messages.</param>
    /// <param name="cancellationToken">Gives up. Nothing is lost.</param>
    /// <exception cref="SamException">What comes is none, or the connection ends.</exception>
    public async Task<SamMessage> ReadAsync(string command, CancellationToken cancellationToken)
    {
        while (true)
        {
            string line = await ReadLineAsync(command, isVisitor: false, cancellationToken);
            SamMessage message = SamMessage.Parse(line, _options.Limits, out SamViolation violation) ?? throw SamException.Of(command, violation);
            if (message.Topic != "PING")
            {
                return message;
            }

            CountPing(command);
            await SayAsync(SamCommand.Pong(message.Text), cancellationToken);
        }
    }

    /// <summary>Reads the line with a visitor's destination, after consent to STREAM ACCEPT, for whatever time it takes.</summary>
    /// <exception cref="SamException">It is none, or the connection ends.</exception>
    public async Task<SamVisitor> ReadVisitorAsync(CancellationToken cancellationToken)
    {
        string line = await ReadLineAsync("STREAM ACCEPT", isVisitor: true, cancellationToken);
        _socket.AcknowledgeAtOnce();

        int end = line.IndexOf(' ', StringComparison.Ordinal);
        return I2PDestination.TryParse(end < 0 ? line : line.AsSpan(0, end), out I2PDestination? destination, out _)
            ? new SamVisitor(destination, end < 0 ? 0 : ToPort(line.AsSpan(end + 1)))
            : throw SamException.Of("STREAM ACCEPT", SamViolation.BadDestination);
    }

    // SAM 3.2: FROM_PORT=n TO_PORT=n. What is no port is none.
    private static int ToPort(ReadOnlySpan<char> words)
    {
        const string Name = "TO_PORT=";
        foreach (Range word in words.Split(' '))
        {
            if (words[word].StartsWith(Name, StringComparison.Ordinal))
            {
                return ushort.TryParse(words[word][Name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : 0;
            }
        }

        return 0;
    }

    /// <summary>Gives the stream up to its user, with what was read of it already. This object is used up by that.</summary>
    public SocketConnection TakeStream()
    {
        _socket.ResumesOnLoop = false;
        return new SocketConnection(_socket, _rest);
    }

    /// <summary>Closes the connection, which ends what it is.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>Closes, as <see cref="Dispose"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SamMessage> ExchangeAsync(SamCommand command, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = Deadline.After(patience, _options.Clock).CreateLinkedSource(cancellationToken);
        try
        {
            await SayAsync(command, timeout.Token);
            SamMessage message = await ReadAsync(command.Name, timeout.Token);
            return message.Topic == command.Topic && message.Kind == command.Kind ? message : throw SamException.Of(command.Name, SamViolation.OtherAnswer);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw SamException.Of(command.Name, SamViolation.Silent, e);
        }
    }

    private async Task<string> ReadLineAsync(string command, bool isVisitor, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (Next() is { } line)
                {
                    return line;
                }

                if (_lines.Violation is { } violation)
                {
                    throw SamException.Of(command, violation);
                }

                if (isVisitor)
                {
                    // The router sends the visitor's first bytes only once his line is acknowledged, which the kernel would put off for
                    // 40 ms. It must be told before the line comes.
                    _socket.AcknowledgeAtOnce();
                }

                await _socket.WaitReadableAsync(cancellationToken);
                await ReceiveAsync(command, cancellationToken);
            }
        }
        catch (SocketException e)
        {
            throw SamException.Broken(command, e);
        }
    }

    private async Task ReceiveAsync(string command, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            int received = await _socket.ReceiveAsync(buffer, cancellationToken);
            if (received == 0)
            {
                throw SamException.Of(command, SamViolation.Closed);
            }

            _rest = buffer.AsSpan(0, received).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private string? Next()
    {
        ReadOnlySpan<byte> input = _rest.Span;
        string? line = _lines.Read(ref input);
        _rest = _rest[^input.Length..];
        return line;
    }

    private void CountPing(string command)
    {
        if (_options.Clock.GetElapsedTime(_pingsSince) >= PingsRefill)
        {
            _pingsSince = _options.Clock.GetTimestamp();
            _pings = 0;
        }

        if (++_pings > PingsAllowed)
        {
            throw SamException.Of(command, SamViolation.TooManyPings);
        }
    }
}
