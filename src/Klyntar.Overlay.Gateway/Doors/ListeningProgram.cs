using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <summary>Finds out which program listens somewhere, as Linux tells it in <c>/proc</c>.</summary>
/// <param name="IsWildcard">Whether it listens on the port of every address.</param>
/// <param name="ProcessId">Its process; null where that is another user's.</param>
/// <param name="Name">Its name.</param>
internal sealed record ListeningProgram(bool IsWildcard, int? ProcessId, string? Name)
{
    private const string Listening = "0A";
    private const int MostLines = 100_000;

    /// <summary>Whoever keeps an end point from being listened on; null where nobody is found.</summary>
    public static ListeningProgram? On(IPEndPoint endPoint)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            string exact = Hexadecimal(endPoint.Address);
            string port = endPoint.Port.ToString("X4", CultureInfo.InvariantCulture);
            foreach ((string local, string inode) in Sockets("/proc/net/tcp").Concat(Sockets("/proc/net/tcp6")))
            {
                bool isWildcard = local.AsSpan(0, local.Length - 5).Trim('0').IsEmpty;
                if (local.EndsWith($":{port}", StringComparison.Ordinal) && (isWildcard || local.StartsWith($"{exact}:", StringComparison.Ordinal)))
                {
                    (int Id, string? Name)? owner = Owner(inode);
                    return new ListeningProgram(isWildcard, owner?.Id, owner?.Name);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine that hides this has no answer.
        }

        return null;
    }

    // proc(5): "sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …".
    private static IEnumerable<(string Local, string Inode)> Sockets(string file) =>
        !File.Exists(file) ? [] : File.ReadLines(file).Skip(1).Take(MostLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[3] == Listening && columns[1].Length > 5)
            .Select(columns => (columns[1], columns[9]));

    private static (int Id, string? Name)? Owner(string inode)
    {
        string wanted = $"socket:[{inode}]";
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Holds(process, wanted))
            {
                return (id, NameOf(process));
            }
        }

        return null;
    }

    private static bool Holds(string process, string wanted)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Join(process, "fd")).Any(f => IsLinkTo(f, wanted));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's.
            return false;
        }
    }

    private static bool IsLinkTo(string file, string wanted)
    {
        try
        {
            return new FileInfo(file).LinkTarget == wanted;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Join(process, "comm")).TrimEnd('\n') is { Length: > 0 and <= 64 } name && !name.Any(char.IsControl) ? name : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The kernel writes the address as numbers of its own byte order.
    private static string Hexadecimal(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(bytes, out _)
            ? (BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes)).ToString("X8", CultureInfo.InvariantCulture)
            : "";
    }
}
