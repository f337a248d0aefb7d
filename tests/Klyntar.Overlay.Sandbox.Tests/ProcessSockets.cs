using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>The IP sockets of a process, as Linux tells them in <c>/proc</c>.</summary>
internal static class ProcessSockets
{
    /// <summary>The local and remote ends of all sockets of a process, without unset remote ends.</summary>
    public static IEnumerable<IPEndPoint> Of(int processId)
    {
        HashSet<string> inodes = [.. Directory.GetFiles($"/proc/{processId}/fd")
            .Select(f => new FileInfo(f).LinkTarget ?? "")
            .Where(t => t.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(t => t["socket:[".Length..^1])];
        foreach (string table in new[] { "tcp", "udp", "tcp6", "udp6" })
        {
            foreach (string line in File.ReadLines($"/proc/{processId}/net/{table}").Skip(1))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (inodes.Contains(words[9]))
                {
                    yield return Parse(words[1]);
                    IPEndPoint remote = Parse(words[2]);
                    if (remote.Port != 0)
                    {
                        yield return remote;
                    }
                }
            }
        }
    }

    // Addresses are 32-bit words in the machine's byte order: 0100007F:1F90.
    private static IPEndPoint Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        byte[] bytes = new byte[colon / 2];
        for (int word = 0; word < bytes.Length; word += 4)
        {
            uint value = uint.Parse(text.AsSpan(2 * word, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            BitConverter.TryWriteBytes(bytes.AsSpan(word), value);
        }

        return new IPEndPoint(new IPAddress(bytes), int.Parse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
