using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>A program's SOCKS5 port that a test plays, for one connection.</summary>
internal sealed class SocksPort : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SocksPort() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Takes a request, message by message as obfs4proxy does, and answers it.</summary>
    /// <param name="code">The reply's code; null closes the connection instead.</param>
    /// <param name="accepts">Whether the credentials are accepted.</param>
    /// <param name="rest">What comes right behind the reply.</param>
    /// <returns>User name, password and the request's address, port included, as they came.</returns>
    public async Task<(byte[] User, byte[] Password, byte[] Request)> AnswerAsync(byte? code, bool accepts = true, string rest = "")
    {
        using Socket client = await _listener.AcceptSocketAsync(Cancelled);
        await using var stream = new NetworkStream(client);
        (await ReadAsync(stream, 3)).Should().Equal([5, 1, 2], "only authentication by user name and password is offered");
        client.Available.Should().Be(0, "a program takes one message after the other");
        await stream.WriteAsync(new byte[] { 5, 2 }, Cancelled);
        byte[] user = await ReadAsync(stream, (await ReadAsync(stream, 2))[1]);
        byte[] password = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        await stream.WriteAsync(new byte[] { 1, accepts ? (byte)0 : (byte)1 }, Cancelled);
        if (!accepts)
        {
            return (user, password, []);
        }

        byte[] request = await ReadAsync(stream, 10);
        if (code is { } told)
        {
            await stream.WriteAsync((byte[])[5, told, 0, 1, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(rest)], Cancelled);
        }

        return (user, password, request);
    }

    /// <summary>Takes a connection and, after something else, closes it without a word.</summary>
    public async Task AnswerAfterAsync(Func<Task> something)
    {
        using Socket client = await _listener.AcceptSocketAsync(Cancelled);
        await something();
    }

    public void Dispose() => _listener.Dispose();

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int length)
    {
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Cancelled);
        return bytes;
    }
}
