using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>The file of a listening Unix socket: its mode, and what to do about one that is there already.</summary>
internal static partial class UnixSocketFile
{
    /// <summary>Binds a socket that does not listen yet, so that nobody can connect before the file has its mode.</summary>
    public static void Bind(Socket socket, UnixDomainSocketEndPoint endPoint, UnixFileMode mode)
    {
        string path = endPoint.ToString();
        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            RemoveStale(path, endPoint);
            socket.Bind(endPoint);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static void RemoveStale(string path, UnixDomainSocketEndPoint endPoint)
    {
        // Linux refuses to connect to a plain file exactly as to a stale socket; others tell them apart (ENOTSOCK).
        if (OperatingSystem.IsLinux() && !IsSocketOnLinux(path))
        {
            throw new OverlayException($"Cannot listen on {path}: something that is not a socket has that name. Move it away or choose another path.");
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        probe.Blocking = false;
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable || !Path.Exists(path))
        {
            // It went away meanwhile.
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Its backlog is full: somebody listens.
        }

        throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    private static unsafe bool IsSocketOnLinux(string path)
    {
        // statx(2): the one stat whose layout is the same on every architecture.
        const int AtFdCwd = -100;
        const int AtSymlinkNoFollow = 0x100;
        const uint StatxType = 1;
        const int StatxSize = 256;
        const int ModeOffset = 28;
        const int FormatMask = 0xF000;
        const int FormatSocket = 0xC000;
        byte* status = stackalloc byte[StatxSize];
        return Statx(AtFdCwd, path, AtSymlinkNoFollow, StatxType, status) == 0
            && (*(ushort*)(status + ModeOffset) & FormatMask) == FormatSocket;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* status);
}
