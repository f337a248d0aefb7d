using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>The system calls of the Linux engine, as the C library has them (section 2 of the manual), and their constants: the same on x64 and arm64.</summary>
/// <remarks>
/// Calls that never wait suppress the transition that lets the garbage collector run beside them: it costs as much as a small
/// call. The error is in <see cref="Marshal.GetLastSystemError"/> until the next call.
/// </remarks>
internal static unsafe partial class Libc
{
    // <sys/socket.h>
    public const int SockStream = 1;
    public const int SockNonBlock = 0x800;
    public const int SockCloseOnExec = 0x80000;
    public const int SolSocket = 1;
    public const int SoLinger = 13;
    public const int MsgPeek = 0x2;
    public const int MsgNoSignal = 0x4000;
    public const int ShutRead = 0;
    public const int ShutWrite = 1;

    // <netinet/in.h>, <netinet/tcp.h>
    public const int IpProtoIP = 0;
    public const int IpProtoTcp = 6;
    public const int TcpNoDelay = 1;
    public const int TcpQuickAck = 12;

    // <fcntl.h>
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int GetFlags = 3;
    public const int SetFlags = 4;
    public const int SetPipeSize = 1031;
    public const int GetPipeSize = 1032;
    public const uint SpliceMove = 1;
    public const uint SpliceNonBlock = 2;

    // <sys/epoll.h>, <sys/eventfd.h>
    public const int EpollAdd = 1;
    public const int EpollModify = 3;
    public const uint EpollIn = 0x1;
    public const uint EpollUrgent = 0x2;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollReadHangUp = 0x2000;
    public const uint EpollEdge = 1u << 31;

    [LibraryImport("libc", EntryPoint = "socket"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Bind(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Accept(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "recv"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "splice"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Splice(int from, long* fromOffset, int to, long* toOffset, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "shutdown"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "getsockopt"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetOption(int descriptor, int level, int name, byte* value, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetOption(int descriptor, int level, int name, byte* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetName(int descriptor, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetPeerName(int descriptor, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "pipe2"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "close"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* interest);

    /// <summary>epoll_wait(2). What went wrong is not to be learnt: the runtime may have called the kernel before this returns.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollWait(int epoll, byte* events, int count, int timeout);

    /// <summary>The same with a timeout of 0, and with <see cref="Errno.Last"/>.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_wait"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollLook(int epoll, byte* events, int count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EventDescriptor(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "write"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(int descriptor, byte* buffer, nuint length);

    /// <summary>recv(2), again where a signal came between.</summary>
    /// <returns>The count, or the negative error.</returns>
    public static int ReceiveOrError(int descriptor, byte* buffer, int length, int flags = 0)
    {
        while (true)
        {
            nint result = Receive(descriptor, buffer, (nuint)length, flags);
            int error = result < 0 ? Errno.Last : 0;
            if (error != Errno.Interrupted)
            {
                return error == 0 ? (int)result : -error;
            }
        }
    }

    /// <summary>send(2), again where a signal came between.</summary>
    /// <returns>The count, or the negative error.</returns>
    public static int SendOrError(int descriptor, byte* buffer, int length)
    {
        while (true)
        {
            nint result = Send(descriptor, buffer, (nuint)length, MsgNoSignal);
            int error = result < 0 ? Errno.Last : 0;
            if (error != Errno.Interrupted)
            {
                return error == 0 ? (int)result : -error;
            }
        }
    }

    /// <summary>splice(2) without waiting, again where a signal came between.</summary>
    /// <returns>The count, or the negative error.</returns>
    public static int SpliceOrError(int from, int to, int length)
    {
        while (true)
        {
            nint result = Splice(from, null, to, null, (nuint)length, SpliceMove | SpliceNonBlock);
            int error = result < 0 ? Errno.Last : 0;
            if (error != Errno.Interrupted)
            {
                return error == 0 ? (int)result : -error;
            }
        }
    }
}
