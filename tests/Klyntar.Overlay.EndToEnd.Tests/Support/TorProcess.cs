namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A gateway's own tor as the kernel knows it: also while it starts or hangs, when no control port tells.</summary>
internal static class TorProcess
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>The processes that were started for a transport's folder and have not ended.</summary>
    public static IReadOnlyList<int> Of(string transportFolder)
    {
        string torrc = Path.Combine(transportFolder, "torrc");
        var found = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                // One that has ended and waits for its parent has no command line any more.
                if (int.TryParse(Path.GetFileName(folder), out int id) && File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0').Contains(torrc))
                {
                    found.Add(id);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or it has ended.
            }
        }

        return found;
    }

    /// <summary>Waits for the process that follows one.</summary>
    public static async Task<int> AfterAsync(string transportFolder, int former, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Of(transportFolder) is [int next] && next != former)
            {
                return next;
            }

            // The kernel tells of no process but one's own children.
            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
