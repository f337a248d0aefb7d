using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>A process that starts a network and a client, prints their process ids and waits to be killed.</summary>
internal static class NetworkOwner
{
    public const string Mode = "own-a-network";

    public static async Task<int> RunAsync(string[] args)
    {
        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(NetworkFixture.Options with { Folder = args[0] });
        await using PlainTorClient client = await network.StartClientAsync();
        await Console.Out.WriteLineAsync(string.Join(' ', network.ProcessIds.Add(client.ProcessId)));
        await Console.Out.FlushAsync();
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    /// <summary>Starts such a process and reads the ids.</summary>
    public static async Task<(Process Owner, int[] ProcessIds)> StartAsync(string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new(Path.ChangeExtension(typeof(NetworkOwner).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null)) { RedirectStandardOutput = true };
        info.ArgumentList.Add(Mode);
        info.ArgumentList.Add(folder);
        Process owner = Process.Start(info)!;
        string? line = await owner.StandardOutput.ReadLineAsync(cancellationToken);
        return (owner, [.. (line ?? "").Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))]);
    }
}
