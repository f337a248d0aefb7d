using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Connections.Tests;

[Collection(AloneCollection.Name)]
public sealed class LeakTests
{
    [Fact, SupportedOSPlatform("linux")]
    public async Task However_a_relay_ends_no_descriptor_stays_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in /proc.");
        await EndAllWaysAsync();
        int before = OpenSockets();
        for (int i = 0; i < 20; i++)
        {
            await EndAllWaysAsync();
        }

        await Eventually.TrueAsync(() => OpenSockets() <= before);
    }

    [Fact]
    public async Task A_finished_relay_leaves_nothing_behind_on_the_token()
    {
        using CancellationTokenSource gateway = new();
        WeakReference relayed = await RelayOnceAsync(gateway.Token);
        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            return !relayed.IsAlive;
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RelayOnceAsync(CancellationToken stop)
    {
        MemoryConnection first = new();
        MemoryConnection second = new();
        await first.Far.Output.CompleteAsync();
        await second.Far.Output.CompleteAsync();
        await Relay.RunAsync(first, second, new RelayOptions(), stop).Within();
        return new WeakReference(first);
    }

    private static int OpenSockets() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
        .Count(f => f.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static async Task EndAllWaysAsync()
    {
        foreach (RelayPath path in Enum.GetValues<RelayPath>())
        {
            foreach (Action<RelayRig, CancellationTokenSource, ObservedTime> end in new Action<RelayRig, CancellationTokenSource, ObservedTime>[]
            {
                (rig, _, _) => rig.Client.Abort(),
                (rig, _, _) => rig.Target.Abort(),
                (rig, _, _) => rig.Dispose(),
                (_, cancel, _) => cancel.Cancel(),
                (_, _, time) => time.Advance(TimeSpan.FromMinutes(2)),
            })
            {
                using CancellationTokenSource cancel = new();
                ObservedTime time = new();
                RelayOptions options = new() { Clock = time, IdleLimit = TimeSpan.FromMinutes(1), SecondHalfCloses = false };
                using RelayRig rig = await RelayRig.StartAsync(SocketEngine.Portable, SocketKind.Tcp, path, options, cancellationToken: cancel.Token);
                await time.TimerSetAsync();
                end(rig, cancel, time);
                await rig.Result.Within();
                time.LiveTimers.Should().Be(0);
            }
        }
    }
}
