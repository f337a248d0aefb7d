using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>A relay between a socket of the Linux engine and one of the portable engine.</summary>
public sealed class TwoEnginesTests
{
    private const long Length = 8 << 20;

    public static TheoryData<SocketKind, bool, bool> KindsAndOrders
    {
        get
        {
            TheoryData<SocketKind, bool, bool> all = [];
            foreach (SocketKind kind in new[] { SocketKind.Tcp, SocketKind.Unix })
            {
                foreach (bool linuxFirst in new[] { true, false })
                {
                    all.Add(kind, linuxFirst, true);
                    all.Add(kind, linuxFirst, false);
                }
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(KindsAndOrders))]
    public async Task Bytes_and_ends_pass_both_ways(SocketKind kind, bool linuxFirst, bool resumesOnLoop)
    {
        using Rig rig = await Rig.StartAsync(kind, linuxFirst, resumesOnLoop);
        Task<string> atTarget = rig.Target.ReceiveHashedAsync();
        Task<string> atClient = rig.Client.ReceiveHashedAsync();
        Task<string> fromClient = Task.Run(() => rig.Client.SendHashedAsync(Length, 1));
        Task<string> fromTarget = Task.Run(() => rig.Target.SendHashedAsync(Length, 2));
        (await atTarget.Within()).Should().Be(await fromClient.Within());
        (await atClient.Within()).Should().Be(await fromTarget.Within());
        RelayResult result = await rig.Result.Within();
        (result.BytesForward, result.BytesBack, result.Cause).Should().Be((Length, Length, RelayEndCause.Finished));
    }

    [Theory, MemberData(nameof(KindsAndOrders))]
    public async Task The_answer_comes_after_the_request_has_ended(SocketKind kind, bool linuxFirst, bool resumesOnLoop)
    {
        using Rig rig = await Rig.StartAsync(kind, linuxFirst, resumesOnLoop);
        string request = await rig.Client.SendHashedAsync(1000, 1).Within();
        (await rig.Target.ReceiveHashedAsync().Within()).Should().Be(request);
        Task<string> receiving = rig.Client.ReceiveHashedAsync();
        string answer = await rig.Target.SendHashedAsync(Length, 2).Within();
        (await receiving.Within()).Should().Be(answer);
        (await rig.Result.Within()).Should().Be(new RelayResult(1000, Length, RelaySide.First, RelayEndCause.Finished, null));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_reset_is_a_reset_on_the_other_side(bool linuxFirst, bool clientResets)
    {
        using Rig rig = await Rig.StartAsync(SocketKind.Tcp, linuxFirst, resumesOnLoop: true);
        await rig.Client.SendAsync("x"u8.ToArray());
        await rig.Target.ReceiveExactlyAsync(1).Within();
        (EngineSocket resetting, EngineSocket other) = clientResets ? (rig.Client, rig.Target) : (rig.Target, rig.Client);
        resetting.Abort();
        await other.ShouldBeResetAsync();
        RelayResult result = await rig.Result.Within();
        (result.EndedBy, result.Cause).Should().Be((clientResets ? RelaySide.First : RelaySide.Second, RelayEndCause.Reset));
        result.Exception.Should().BeOfType<SocketException>();
    }

    private sealed class Rig(EngineSocket client, EngineSocket target, Task<RelayResult> result) : IDisposable
    {
        public EngineSocket Client => client;

        public EngineSocket Target => target;

        public Task<RelayResult> Result => result;

        public static async Task<Rig> StartAsync(SocketKind kind, bool linuxFirst, bool resumesOnLoop)
        {
            SocketPair linux = await SocketPair.CreateAsync(LinuxEngine.OrSkip(), kind);
            SocketPair portable = await SocketPair.CreateAsync(SocketEngine.Portable, kind);
            linux.Accepted.ResumesOnLoop = resumesOnLoop;
            (SocketPair first, SocketPair second) = linuxFirst ? (linux, portable) : (portable, linux);
            Task<RelayResult> result = Relay.RunAsync(
                new SocketConnection(first.Accepted), new SocketConnection(second.Accepted), new RelayOptions(), CancellationToken.None);
            return new Rig(first.Connected, second.Connected, result);
        }

        public void Dispose()
        {
            client.Dispose();
            target.Dispose();
        }
    }
}
