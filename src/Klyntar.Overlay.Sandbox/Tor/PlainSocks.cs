using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Sandbox;

/// <summary>The least SOCKS5 (RFC 1928, RFC 1929) that dials through tor. Kept apart from the gateway's own, which it serves to check.</summary>
internal static class PlainSocks
{
    /// <summary>Asks a proxy to connect.</summary>
    /// <param name="socket">A connection to the proxy.</param>
    /// <param name="host">A host name.</param>
    /// <param name="port">The port.</param>
    /// <param name="isolation">User name and password, or null to offer none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The reply code; 0 where the socket carries the stream from now on.</returns>
    /// <exception cref="IOException">The proxy closed the connection or speaks something else.</exception>
    public static async Task<byte> ConnectAsync(Socket socket, string host, int port, string? isolation, CancellationToken cancellationToken)
    {
        byte method = isolation is null ? (byte)0x00 : (byte)0x02;
        await SendAsync(socket, [0x05, 0x01, method], cancellationToken);
        byte[] choice = await ReceiveAsync(socket, 2, cancellationToken);
        if (choice[0] != 0x05 || choice[1] != method)
        {
            throw new IOException($"The SOCKS proxy chose the method {choice[1]}, which was not offered.");
        }

        if (isolation is not null)
        {
            byte[] word = Encoding.UTF8.GetBytes(isolation);
            await SendAsync(socket, [0x01, (byte)word.Length, .. word, (byte)word.Length, .. word], cancellationToken);
            byte[] status = await ReceiveAsync(socket, 2, cancellationToken);
            if (status[1] != 0)
            {
                throw new IOException("The SOCKS proxy did not accept the credentials.");
            }
        }

        byte[] name = Encoding.ASCII.GetBytes(host);
        byte[] ends = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(ends, (ushort)port);
        await SendAsync(socket, [0x05, 0x01, 0x00, 0x03, checked((byte)name.Length), .. name, .. ends], cancellationToken);
        byte[] head = await ReceiveAsync(socket, 4, cancellationToken);
        int rest = head[3] switch
        {
            0x01 => 4,
            0x04 => 16,
            0x03 => (await ReceiveAsync(socket, 1, cancellationToken))[0],
            _ => throw new IOException($"The SOCKS proxy answered with the address type {head[3]}."),
        };
        await ReceiveAsync(socket, rest + 2, cancellationToken);
        return head[1];
    }

    private static async Task SendAsync(Socket socket, byte[] data, CancellationToken cancellationToken)
    {
        for (int sent = 0; sent < data.Length;)
        {
            sent += await socket.SendAsync(data.AsMemory(sent), cancellationToken);
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await socket.ReceiveAsync(data.AsMemory(received), cancellationToken);
            received += more > 0 ? more : throw new IOException("The SOCKS proxy closed the connection.");
        }

        return data;
    }
}
