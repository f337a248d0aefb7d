using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Keys;

/// <summary>What the kernel says about a file (statx(2), whose layout is the same on every architecture).</summary>
/// <param name="Kind">The type bits of its mode.</param>
/// <param name="Mode">The permission bits of its mode.</param>
/// <param name="Owner">The uid of its owner.</param>
/// <param name="Group">The gid of its group.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Device">The file system that it is on.</param>
/// <param name="Inode">Its number there.</param>
[SupportedOSPlatform("linux")]
internal readonly record struct UnixFileStatus(UnixFileKind Kind, UnixFileMode Mode, uint Owner, uint Group, long Size, ulong Device, ulong Inode)
{
    private const int StatxSize = 256;
    private const int NoEntry = 2;
    private const int NotADirectory = 20;

    /// <summary>The status of what a path names, without following a symbolic link at its end; null where there is nothing.</summary>
    /// <exception cref="OverlayException">The kernel refuses to say.</exception>
    public static UnixFileStatus? Of(string path) => Read(UnixNative.AtWorkingDirectory, path, UnixNative.AtNoFollow, path);

    /// <summary>The status of an open file.</summary>
    public static UnixFileStatus? Of(SafeHandle file, string path)
    {
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Read((int)file.DangerousGetHandle(), "", UnixNative.AtEmptyPath, path);
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    private static unsafe UnixFileStatus? Read(int directory, string name, int flags, string shown)
    {
        byte* buffer = stackalloc byte[StatxSize];
        if (UnixNative.Statx(directory, name, flags, UnixNative.StatxBasic, buffer) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error is NoEntry or NotADirectory
                ? null
                : throw new OverlayException($"{shown} cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}.", new Win32Exception(error));
        }

        ReadOnlySpan<byte> status = new(buffer, StatxSize);
        ushort mode = MemoryMarshal.Read<ushort>(status[28..]);
        ulong device = ((ulong)MemoryMarshal.Read<uint>(status[136..]) << 32) | MemoryMarshal.Read<uint>(status[140..]);
        return new UnixFileStatus(
            (UnixFileKind)(mode & 0xF000),
            (UnixFileMode)(mode & 0xFFF),
            MemoryMarshal.Read<uint>(status[20..]),
            MemoryMarshal.Read<uint>(status[24..]),
            MemoryMarshal.Read<long>(status[40..]),
            device,
            MemoryMarshal.Read<ulong>(status[32..]));
    }
}

/// <summary>What a path names (inode(7)).</summary>
internal enum UnixFileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}
