using System.Globalization;

namespace Klyntar.Overlay.Gateway;

/// <summary>How many connections this process's descriptors allow.</summary>
internal static class DescriptorBudget
{
    private const int DescriptorsPerConnection = 2;

    // For files, control connections, listening sockets and what comes up.
    private const int Kept = 512;

    private const int Least = 64;
    private const int Most = 32_768;

    // Where the limit cannot be read.
    private const int Usual = 4096;

    /// <summary>How many relayed connections fit, divided among doors that have no limit of their own.</summary>
    public static int ConnectionsPerDoor(int doors) => Connections(ReadLimit()) / Math.Max(1, doors);

    internal static int Connections(long descriptors) =>
        (int)Math.Clamp((descriptors - Kept) / DescriptorsPerConnection, Least, Most);

    private static long ReadLimit()
    {
        // .NET raises the soft limit to the hard one when it starts.
        const string Limits = "/proc/self/limits";
        if (!File.Exists(Limits))
        {
            return Usual;
        }

        string? line = File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        string[] columns = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return columns switch
        {
            [_, _, _, "unlimited", ..] => long.MaxValue,
            [_, _, _, var soft, ..] when long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) => limit,
            _ => Usual,
        };
    }
}
