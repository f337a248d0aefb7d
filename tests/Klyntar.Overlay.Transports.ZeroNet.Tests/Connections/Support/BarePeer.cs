using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>The other side of a connection as bytes and messages, in clear, for what no peer of ours would do.</summary>
internal sealed class BarePeer(ConnectionContext connection)
{
    private readonly MessageReader _reader = new(MessageLimits.Default);

    public ConnectionContext Connection => connection;

    public Task SendAsync(params byte[] bytes) => connection.Transport.Output.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask().Soon();

    public Task SendHexAsync(string hex) => SendAsync(Convert.FromHexString(hex));

    public Task AskAsync(long id, IRequestBody body) => SendAsync(Written.Request(id, body));

    public Task AnswerAsync(long to, IMessageBody body) => SendAsync(Written.Answer(to, body));

    /// <summary>Reads a message.</summary>
    public async Task<T> ReadAsync<T>()
        where T : PeerMessage
    {
        while (true)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();
            ReadOnlySequence<byte> rest = read.Buffer;
            PeerMessage? message = _reader.Read(ref rest);
            _reader.Violation.Should().BeNull();
            connection.Transport.Input.AdvanceTo(rest.Start, message is null ? rest.End : rest.Start);
            if (message is not null)
            {
                return message.Should().BeOfType<T>().Subject;
            }

            read.IsCompleted.Should().BeFalse("a message is awaited");
        }
    }

    /// <summary>Reads whatever comes until the other side ends or cuts the connection.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        MemoryStream all = new();
        try
        {
            await connection.Transport.Input.CopyToAsync(all, TestContext.Current.CancellationToken).Soon();
        }
        catch (ConnectionResetException)
        {
        }

        return all.ToArray();
    }
}
