using System.Security.Cryptography;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;

namespace SampleNamespace;

/// <summary>
/// What a visitor says first: a version and 16 bytes that stand for it. A service sees the same bytes whenever the same visitor comes, and
/// other bytes for each isolation key, so that connections which must not be linked are not linked by them.
/// </summary>
internal static class Hello
{
    private const byte Version = 1;
    private const int NameLength = 16;
    private const int Length = 1 + NameLength;

    /// <summary>Says who visits.</summary>
    /// <param name="socket">Connected to the service.</param>
    /// <param name="nodeKey">A secret of this gateway: whoever does not know it cannot tell which names are one visitor's.</param>
    /// <param name="isolation">The isolation of the dial.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ValueTask SendAsync(EngineSocket socket, byte[] nodeKey, IsolationKey isolation, CancellationToken cancellationToken)
    {
        byte[] name = HMACSHA256.HashData(nodeKey, System.Text.Encoding.ASCII.GetBytes(isolation == IsolationKey.Shared ? "" : isolation.ToString()));
        return socket.SendAsync((byte[])[Version, .. name.AsSpan(0, NameLength)], cancellationToken);
    }

    /// <summary>Reads who visits, and not a byte more: what follows is the stream.</summary>
    /// <returns>The visitor's identity, or null where it said something else or left. The length is bounded, and the caller's token bounds the time.</returns>
    public static async ValueTask<string?> ReceiveAsync(EngineSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[Length];
        for (int got = 0; got < Length;)
        {
            int received = await socket.ReceiveAsync(buffer.AsMemory(got), cancellationToken);
            if (received == 0)
            {
                return null;
            }

            got += received;
        }

        return buffer[0] == Version ? Convert.ToHexStringLower(buffer.AsSpan(1)) : null;
    }
}
