using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Private networks of real i2pds, of both versions where both are to be had.</summary>
[Collection(Networks.Name)]
public sealed class PrivateI2PNetworkTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("i2pd", 1)]
    [InlineData(PrivateI2PNetwork.NewerI2pd, 1)]
    [InlineData(PrivateI2PNetwork.NewerI2pd, 3)]
    public async Task Streams_between_sessions_are_carried_and_every_socket_is_on_loopback(string i2pd, int routers)
    {
        List<SandboxStage> reported = [];
        PrivateI2PNetworkOptions options = await I2pdProgram.OptionsAsync(i2pd, Cancelled);
        await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(options with { Routers = routers, Progress = new Reporter(reported) }, Cancelled);
        TestContext.Current.TestOutputHelper!.WriteLine(Describe(network));
        SandboxStageKind[] stages =
            [SandboxStageKind.I2pd, .. routers == 1 ? [] : new[] { SandboxStageKind.Introduction }, SandboxStageKind.Routers, SandboxStageKind.Stream];
        reported.TakeLast(2 * (stages.Length - 1)).Select(s => (s.Kind, IsDone: s.Took is not null)).Should().Equal(stages.Skip(1).SelectMany(k => new[] { (k, false), (k, true) }));
        network.Timings.Stages.Select(s => s.Kind).Should().Equal(stages);
        network.ProcessIds.Should().HaveCount(routers);

        string bytes = new('k', 100_000);
        (await EchoedAsync(network, bytes)).Should().Be(bytes);

        if (OperatingSystem.IsLinux())
        {
            ImmutableArray<IPEndPoint> sockets = [.. network.ProcessIds.SelectMany(ProcessSockets.Of)];
            sockets.Should().HaveCountGreaterThan(2 * routers).And.OnlyContain(e => e.Address.GetAddressBytes()[0] == 127);
        }
    }

    [Fact]
    public async Task A_bridge_answers_a_greeting_and_what_it_was_never_told_of_is_not_reached()
    {
        await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(I2pdProgram.Options with { AwaitsStream = false }, Cancelled);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(network.Sams[0], Cancelled);
        (await PlainSam.AskAsync(socket, "HELLO VERSION MIN=3.1 MAX=3.3", Cancelled)).Should().Be("HELLO REPLY RESULT=OK VERSION=3.1");

        await using PlainSamClient client = await network.StartClientAsync(cancellationToken: Cancelled);
        (Socket? stream, string reply) = await client.TryDialAsync(new string('a', 52) + ".b32.i2p", Cancelled);
        stream.Should().BeNull();
        reply.Should().StartWith("STREAM STATUS RESULT=").And.NotContain("RESULT=OK");
    }

    internal static string Describe(PrivateI2PNetwork network) => string.Create(
        CultureInfo.InvariantCulture,
        $"{network.Program.Origin}, {network.ProcessIds.Length} routers, {network.Timings.Attempts} attempts: {network.Timings.Total.TotalSeconds:0.0} s: {string.Join(", ", network.Timings.Stages.Select(s => $"{s.What} {s.Took!.Value.TotalSeconds:0.00} s ({s.Detail})"))}");

    internal static async Task<string> EchoedAsync(PrivateI2PNetwork network, string text)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        done.CancelAfter(TimeSpan.FromSeconds(60));
        await using PlainSamClient service = await network.StartClientAsync(cancellationToken: Cancelled);
        await using PlainSamClient client = await network.StartClientAsync(network.Sams.Length - 1, Cancelled);
        Task echoing = service.EchoAsync(done.Token);
        using Socket socket = await client.DialUntilEchoedAsync(service.Destination, done.Token);
        await using var stream = new NetworkStream(socket);
        byte[] received = new byte[text.Length];
        Task sending = stream.WriteAsync(Encoding.ASCII.GetBytes(text), done.Token).AsTask();
        await stream.ReadExactlyAsync(received, done.Token);
        await sending;
        await done.CancelAsync();
        await echoing;
        return Encoding.ASCII.GetString(received);
    }

    // Progress<T> would report on the pool, out of order.
    private sealed class Reporter(List<SandboxStage> reported) : IProgress<SandboxStage>
    {
        public void Report(SandboxStage value) => reported.Add(value);
    }
}
