using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.ZeroNet;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Bench;

/// <summary>
/// A gateway that publishes a service, one that follows its site, and in each round a new one that knows only the follower, all in this process. Beside it TLS alone, one after
/// the other in an order that is shuffled for each round.
/// </summary>
internal static class ZeroNetComparison
{
    /// <summary>The bytes of a transfer: tenths of a second.</summary>
    public const long TransferBytes = 256 * 1024 * 1024;

    private const int VirtualPort = 7332;
    private const int WarmRounds = 3;
    private const int BufferSize = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(int rounds, BenchRecord record, TextWriter progress, CancellationToken cancellationToken)
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        OverlayEndPoint site = ZeroNetEndPoint.Parse(identity.Address, VirtualPort).EndPoint!;
        (int owner, int follower) = (FreePort(), FreePort());
        await using StartedTransport publisher = await StartAsync(owner, static options => options, cancellationToken);
        PublishResult published = await publisher.Transport.PublishAsync(new ServiceDefinition { Name = "bench", Identity = identity, Ports = [VirtualPort] }, cancellationToken);
        await using IPublishedService service = published.Service ?? throw new OverlayException(published.Error!.Message);
        Task serving = ServeAsync(service, cancellationToken);
        await using StartedTransport seeder = await StartAsync(follower, options => options with { Follow = [identity.Address], Peers = [Local(owner)] }, cancellationToken);
        await using var bare = await BareTls.StartAsync(TransferBytes, cancellationToken);
        var random = new Random(1);
        for (int round = 1 - WarmRounds; round <= rounds; round++)
        {
            await progress.WriteLineAsync(round > 0 ? $"Round {round} of {rounds}" : "Warming up");
            await using StartedTransport dialler = await StartAsync(0, options => options with { Peers = [Local(follower)] }, cancellationToken);
            double milliseconds = await FirstByteAsync(dialler, site, mayWait: round <= 0, cancellationToken);
            Func<Task<double>>[] ways = [() => DownloadAsync(dialler, site, cancellationToken), () => bare.DownloadAsync(cancellationToken)];
            int[] order = [0, 1];
            random.Shuffle(order);
            double[] seconds = new double[ways.Length];
            foreach (int way in order)
            {
                seconds[way] = await ways[way]();
            }

            if (round > 0)
            {
                record.Add(round, GatewayKind.Gateway, "zeronet-first-byte.ms", milliseconds);
                record.Add(round, GatewayKind.Gateway, "zeronet-1-stream.MB/s", TransferBytes / seconds[0] / 1e6);
                record.Add(round, ZeroNetCommand.BareTls, "zeronet-1-stream.MB/s", TransferBytes / seconds[1] / 1e6);
            }
        }

        await service.DisposeAsync();
        await serving;
    }

    /// <summary>Reads and drops so many bytes.</summary>
    public static async Task DropAsync(PipeReader input, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            count -= read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted && count > 0)
            {
                throw new IOException("The stream ended early.");
            }
        }
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static Task<StartedTransport> StartAsync(int port, Func<ZeroNetOptions, ZeroNetOptions> change, CancellationToken cancellationToken) => StartedTransport.StartAsync(
        new ZeroNetTransportFactory().Create(change(new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Listen = new IPEndPoint(IPAddress.Loopback, port) })),
        new TestTransportContext(),
        cancellationToken);

    // Finds the site, dials it, asks for a byte and takes it. The first ones wait until the follower has the site.
    private static async Task<double> FirstByteAsync(StartedTransport dialler, OverlayEndPoint site, bool mayWait, CancellationToken cancellationToken)
    {
        while (true)
        {
            long begin = Stopwatch.GetTimestamp();
            DialResult dialled = await dialler.Transport.DialAsync(new DialRequest(site), cancellationToken);
            if (dialled.IsConnected)
            {
                await using ConnectionContext connection = dialled.Connection;
                await connection.Transport.Output.WriteAsync(new byte[] { 1 }, cancellationToken);
                await DropAsync(connection.Transport.Input, 1, cancellationToken);
                return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            }

            if (!mayWait)
            {
                throw new OverlayException($"The site was not reached: {dialled.Error}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<double> DownloadAsync(StartedTransport dialler, OverlayEndPoint site, CancellationToken cancellationToken)
    {
        DialResult dialled = await dialler.Transport.DialAsync(new DialRequest(site), cancellationToken);
        await using ConnectionContext connection = dialled.Connection ?? throw new OverlayException($"The site was not reached: {dialled.Error}");
        await connection.Transport.Output.WriteAsync(new byte[] { 2 }, cancellationToken);
        long begin = Stopwatch.GetTimestamp();
        await DropAsync(connection.Transport.Input, TransferBytes, cancellationToken);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    // Who asks with a 1 gets a byte, who asks with a 2 a transfer.
    private static async Task ServeAsync(IPublishedService service, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        while (await service.AcceptAsync(cancellationToken) is { } visitor)
        {
            await using ConnectionContext connection = visitor.Connection;
            ReadResult asked = await connection.Transport.Input.ReadAtLeastAsync(1, cancellationToken);
            long count = asked.Buffer.FirstSpan[0] == 1 ? 1 : TransferBytes;
            connection.Transport.Input.AdvanceTo(asked.Buffer.End);
            for (; count > 0; count -= buffer.Length)
            {
                await connection.Transport.Output.WriteAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken);
            }
        }
    }
}
