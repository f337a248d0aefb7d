using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>
/// Keeps the last descriptors free. A .NET process that has none left cannot start a thread and dies, so anybody who may connect
/// could end it. The kernel gives the lowest free number, so a socket's own number tells how full the table is.
/// </summary>
internal static partial class DescriptorReserve
{
    private const int Most = 64;

    // <sys/resource.h>: the same on every architecture that .NET runs on.
    private const int LinuxNoFile = 7;
    private const int BsdNoFile = 8;

    private static readonly long Limit = ReadLimit();

    private static readonly long Kept = Math.Min(Most, Limit / 8);

    /// <summary>Whether a socket of this number took one of the descriptors kept for files, threads and whoever is being served.</summary>
    public static bool IsReachedByDial(long number) => number >= Limit - Kept;

    /// <summary>The same for an accepted socket, which stops sooner: each needs a dial of its own.</summary>
    public static bool IsReachedByAccept(long number) => number >= Limit - (2 * Kept);

    /// <summary>Whether an accepted socket would be within its limit now.</summary>
    public static bool AllowsAccept()
    {
        try
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            return !IsReachedByAccept(probe.SafeHandle.DangerousGetHandle());
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static unsafe long ReadLimit()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return long.MaxValue;
        }

        // struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; }; the runtime has raised the first to the second.
        ulong* limits = stackalloc ulong[2];
        return GetResourceLimit(OperatingSystem.IsLinux() ? LinuxNoFile : BsdNoFile, limits) == 0 && limits[0] < int.MaxValue
            ? (long)limits[0]
            : long.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int GetResourceLimit(int resource, ulong* limits);
}
