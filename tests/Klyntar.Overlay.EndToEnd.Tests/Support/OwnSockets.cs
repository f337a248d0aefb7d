using System.Runtime.InteropServices;
using System.Text;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Sockets of this process, whoever in it owns them.</summary>
internal static partial class OwnSockets
{
    private const int UnixFamily = 1;
    private const int BothWays = 2;

    // sockaddr_un: the family, and the path that ends with a zero.
    private const int FamilySize = 2;
    private const int AddressSize = 110;

    /// <summary>Breaks all connections to a Unix socket, as Linux numbers families and ways.</summary>
    /// <returns>How many there were.</returns>
    public static int Break(string path)
    {
        int broken = 0;
        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            int descriptor = int.Parse(Path.GetFileName(entry), System.Globalization.CultureInfo.InvariantCulture);
            byte[] address = new byte[AddressSize];
            uint length = AddressSize;
            if (GetPeerName(descriptor, address, ref length) == 0 && BitConverter.ToUInt16(address) == UnixFamily
                && Encoding.UTF8.GetString(address.AsSpan(FamilySize)).TrimEnd('\0') == path && Shutdown(descriptor, BothWays) == 0)
            {
                broken++;
            }
        }

        return broken;
    }

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    private static partial int GetPeerName(int descriptor, [Out] byte[] address, ref uint length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int Shutdown(int descriptor, int how);
}
