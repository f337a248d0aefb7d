using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>The errors of Linux's system calls, after errno(3), in the words of System.Net.Sockets.</summary>
internal static class Errno
{
    // <asm-generic/errno.h>: the same on x64 and arm64.
    public const int NotPermitted = 1;
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int Again = 11;
    public const int Invalid = 22;
    public const int Pipe = 32;
    public const int NotImplemented = 38;
    public const int IsConnected = 106;
    public const int Already = 114;
    public const int InProgress = 115;

    /// <summary>What the last call of <see cref="Libc"/> on this thread said.</summary>
    public static int Last => Marshal.GetLastSystemError();

    /// <summary>The exception that the portable engine throws for the same error.</summary>
    public static SocketException ToException(int error) => new((int)ToSocketError(error));

    private static SocketError ToSocketError(int error) => error switch
    {
        NotPermitted or 13 => SocketError.AccessDenied,
        2 => SocketError.AddressNotAvailable,
        Interrupted => SocketError.Interrupted,
        BadDescriptor => SocketError.OperationAborted,
        Again => SocketError.WouldBlock,
        12 or 28 or 105 => SocketError.NoBufferSpaceAvailable,
        14 => SocketError.Fault,
        Invalid => SocketError.InvalidArgument,
        23 or 24 => SocketError.TooManyOpenSockets,
        Pipe or 108 => SocketError.Shutdown,
        71 or 92 => SocketError.ProtocolOption,
        88 => SocketError.NotSocket,
        90 => SocketError.MessageSize,
        93 => SocketError.ProtocolNotSupported,
        95 => SocketError.OperationNotSupported,
        97 => SocketError.AddressFamilyNotSupported,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        102 => SocketError.NetworkReset,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        IsConnected => SocketError.IsConnected,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        Already => SocketError.AlreadyInProgress,
        InProgress => SocketError.InProgress,
        _ => SocketError.SocketError,
    };
}
