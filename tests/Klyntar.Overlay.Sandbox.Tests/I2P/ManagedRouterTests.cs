using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>A gateway's own router on private networks: one of its own, and one of three that it joins.</summary>
[Collection(Networks.Name)]
public sealed class ManagedRouterTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_lines_for_it_a_router_of_our_own_is_a_network_that_carries_streams()
    {
        await ServeAsync(I2pdProgram.Options, PrivateI2PNetwork.SoloLines(), (run, stop) =>
        {
            IPEndPoint sam = (IPEndPoint)run.Sam;
            return EchoAsync(sam, sam, PrivateI2PNetwork.SoloSessionOptions, stop);
        });
    }

    [Fact]
    public async Task A_router_of_our_own_joins_a_network_of_three_and_tells_how_far_it_has_come()
    {
        PrivateI2PNetworkOptions options = await I2pdProgram.OptionsAsync(PrivateI2PNetwork.NewerI2pd, Cancelled);
        await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(options with { Routers = 3 }, Cancelled);
        await ServeAsync(options, network.JoiningLines(), async (run, stop) =>
        {
            run.Version.Should().StartWith("2.");
            await EchoAsync(network.Sams[0], (IPEndPoint)run.Sam, network.SessionOptions, stop);
            await UntilAsync(run.Progress!, p => p is { KnownRouters: >= 3, BuiltTunnels: >= 1, Trouble: null }, stop);
            TestContext.Current.TestOutputHelper!.WriteLine(run.Progress!.Current.What);
        });
    }

    private static async Task ServeAsync(PrivateI2PNetworkOptions options, IReadOnlyList<string> lines, Func<RouterRun, CancellationToken, Task> serve)
    {
        using var context = new TestTransportContext { Programs = new Named(options) };
        using var life = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        life.CancelAfter(TimeSpan.FromSeconds(90));
        using ManagedI2pd router = await ManagedI2pd.PrepareAsync(new I2pdSettings(options.I2pdPath, lines), SocketEngine.Portable, context, life.Token);
        var served = new TaskCompletionSource();
        Task running = router.RunAsync(
            async (run, ended) =>
            {
                try
                {
                    await serve(run, ended);
                    served.TrySetResult();
                }
                catch (Exception e)
                {
                    served.TrySetException(e);
                }

                await life.CancelAsync();
            },
            why => served.TrySetException(new InvalidOperationException(why)),
            life.Token);
        await running;
        await served.Task;
    }

    private static async Task EchoAsync(IPEndPoint at, IPEndPoint from, ImmutableArray<string> options, CancellationToken stop)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using PlainSamClient service = await PlainSamClient.StartAsync(at, options, TimeProvider.System, stop);
        await using PlainSamClient client = await PlainSamClient.StartAsync(from, options, TimeProvider.System, stop);
        Task echoing = service.EchoAsync(done.Token);
        using Socket socket = await client.DialUntilEchoedAsync(service.Destination, stop);
        await done.CancelAsync();
        await echoing;
    }

    private static async Task UntilAsync<T>(IStatus<T> source, Func<T, bool> condition, CancellationToken stop)
    {
        await foreach (T status in source.WatchAsync(stop))
        {
            if (condition(status))
            {
                return;
            }
        }

        Assert.Fail($"The status was last: {source.Current}");
    }

    // The transport asks for i2pd, whichever that is.
    private sealed class Named(PrivateI2PNetworkOptions options) : IHelperPrograms
    {
        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) =>
            options.Programs.FindAsync(options.I2pd, configuredPath, cancellationToken);
    }
}
