using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>A process that starts a network and a client, prints their process ids and waits to be killed.</summary>
internal static class NetworkOwner
{
    public const string Mode = "own-a-network";

    public const string Tor = "tor";

    public const string I2P = "i2p";

    public static Task<int> RunAsync(string[] args) => args[0] == Tor ? OwnTorAsync(args[1]) : OwnI2PAsync(args[1]);

    /// <summary>Starts such a process and reads the ids.</summary>
    public static async Task<(Process Owner, int[] ProcessIds)> StartAsync(string kind, string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new(Path.ChangeExtension(typeof(NetworkOwner).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null)) { RedirectStandardOutput = true };
        info.ArgumentList.Add(Mode);
        info.ArgumentList.Add(kind);
        info.ArgumentList.Add(folder);
        Process owner = Process.Start(info)!;
        string? line = await owner.StandardOutput.ReadLineAsync(cancellationToken);
        return (owner, [.. (line ?? "").Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))]);
    }

    private static async Task<int> OwnTorAsync(string folder)
    {
        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(NetworkFixture.Options with { Folder = folder });
        await using PlainTorClient client = await network.StartClientAsync();
        return await TellAsync(network.ProcessIds.Add(client.ProcessId));
    }

    private static async Task<int> OwnI2PAsync(string folder)
    {
        await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(I2pdProgram.Options with { Folder = folder, AwaitsStream = false });
        return await TellAsync(network.ProcessIds);
    }

    private static async Task<int> TellAsync(IEnumerable<int> processIds)
    {
        await Console.Out.WriteLineAsync(string.Join(' ', processIds));
        await Console.Out.FlushAsync();
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
