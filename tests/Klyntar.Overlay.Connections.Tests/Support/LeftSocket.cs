using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Leaves a Unix socket's file that nobody listens on, as a killed process does.</summary>
internal static class LeftSocket
{
    public static void Leave(string path)
    {
        string moved = path + "x";
        using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen();

            // Closing removes the file under its first name only.
            File.Move(path, moved);
        }

        File.Move(moved, path);
    }
}
