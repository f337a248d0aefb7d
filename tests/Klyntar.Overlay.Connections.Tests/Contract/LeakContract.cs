using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What relays of an engine leave behind: nothing. Derived classes run alone.</summary>
public abstract class LeakContract
{
    protected abstract SocketEngine Engine { get; }

    [Fact, SupportedOSPlatform("linux")]
    public async Task However_a_relay_ends_no_descriptor_stays_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in /proc.");
        await EndAllWaysAsync();
        int before = OpenDescriptors();
        for (int i = 0; i < 20; i++)
        {
            await EndAllWaysAsync();
        }

        await Eventually.TrueAsync(() => OpenDescriptors() <= before);
    }

    [Theory, SupportedOSPlatform("linux")]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.Unix)]
    public async Task Relays_that_end_in_the_middle_of_much_leave_no_descriptor_open_and_no_pipe_taken(SocketKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted in /proc.");
        await EndAmidMuchAsync(kind, 0);
        int before = OpenDescriptors();
        for (int round = 0; round < 8; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => EndAmidMuchAsync(kind, i)));
        }

        // The engine keeps a few empty pipes, of two ends each.
        await Eventually.TrueAsync(() => KernelPipes.Shared.Rented == 0 && OpenDescriptors() <= before + 32);
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

    private static int OpenDescriptors() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
        .Count(f => f.LinkTarget is { } target && (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal)));

    private async Task EndAmidMuchAsync(SocketKind kind, int way)
    {
        using CancellationTokenSource cancel = new();
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, cancellationToken: cancel.Token);
        Task up = SendForeverAsync(rig.Client);
        Task down = SendForeverAsync(rig.Target);
        await rig.Target.ReceiveExactlyAsync(1 << 20).Within();
        switch (way % 4)
        {
            case 0:
                rig.Client.Abort();
                break;
            case 1:
                rig.Target.Abort();
                break;
            case 2:
                rig.Dispose();
                break;
            default:
                await cancel.CancelAsync();
                break;
        }

        _ = await rig.Result.Within();
        await up.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
        await down.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();

        static async Task SendForeverAsync(EngineSocket socket)
        {
            await Task.Yield();
            byte[] block = new byte[256 * 1024];
            while (true)
            {
                await socket.SendAsync(block);
            }
        }
    }

    private async Task EndAllWaysAsync()
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
                using RelayRig rig = await RelayRig.StartAsync(Engine, SocketKind.Tcp, path, options, cancellationToken: cancel.Token);
                await time.TimerSetAsync();
                end(rig, cancel, time);
                await rig.Result.Within();
                time.LiveTimers.Should().Be(0);
            }
        }
    }
}
