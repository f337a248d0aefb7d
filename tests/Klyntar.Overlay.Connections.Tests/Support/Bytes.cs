using System.Net.Sockets;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Bytes to send, and what came of them.</summary>
internal static class Bytes
{
    public static byte[] Random(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Sends a block again and again, ends the direction, and gives the hash of it all.</summary>
    public static async Task<string> SendHashedAsync(this EngineSocket socket, long length, int seed)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = Random((int)Math.Min(length, 256 * 1024), seed);
        for (long left = length; left > 0; left -= block.Length)
        {
            Memory<byte> part = block.AsMemory(0, (int)Math.Min(left, block.Length));
            hash.AppendData(part.Span);
            await socket.SendAsync(part);
        }

        socket.ShutdownSend();
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Receives to the end, and gives the hash of it all.</summary>
    public static async Task<string> ReceiveHashedAsync(this EngineSocket socket)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[256 * 1024];
        int received;
        while ((received = await socket.ReceiveAsync(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, received));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Receives to the end.</summary>
    public static async Task<byte[]> ReceiveAllAsync(this EngineSocket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        int received;
        while ((received = await socket.ReceiveAsync(buffer)) > 0)
        {
            all.Write(buffer.AsSpan(0, received));
        }

        return all.ToArray();
    }

    /// <summary>Receives exactly so many.</summary>
    public static async Task<byte[]> ReceiveExactlyAsync(this EngineSocket socket, int length)
    {
        byte[] all = new byte[length];
        for (int have = 0; have < length;)
        {
            int received = await socket.ReceiveAsync(all.AsMemory(have));
            received.Should().BePositive("the other side should not have ended after {0} of {1} bytes", have, length);
            have += received;
        }

        return all;
    }

    /// <summary>Receives a reset, and nothing else.</summary>
    public static async Task ShouldBeResetAsync(this EngineSocket socket) =>
        (await socket.Awaiting(s => s.ReceiveAsync(new byte[1]).Within()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
}
