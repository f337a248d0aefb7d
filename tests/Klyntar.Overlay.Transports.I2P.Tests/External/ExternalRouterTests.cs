using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class ExternalRouterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_password_is_read_from_its_file_and_said_to_the_bridge_and_nowhere_else()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        string path = Write("secret words\nanother line", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, User = "me", PasswordFile = path });
        await transport.StartAsync(context, Ct);
        (await bridge.HeardAsync("HELLO")).Should().Be("HELLO VERSION MIN=3.1 MAX=3.3 USER=\"me\" PASSWORD=\"secret words\"");
        await transport.DisposeAsync();
        context.Log.Lines.Should().NotContain(line => line.ToString().Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("secret", UnixFileMode.UserRead | UnixFileMode.OtherRead, "is open to everybody")]
    [InlineData("", UnixFileMode.UserRead, "no password that SAM can say")]
    [InlineData("\u00e9\n", UnixFileMode.UserRead, "no password that SAM can say")]
    [InlineData(null, UnixFileMode.None, "is missing")]
    public async Task A_password_file_that_will_not_do_is_named_and_nothing_is_said(string? text, UnixFileMode mode, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners and modes are looked at on Linux.");
        int greetings = 0;
        await using var bridge = new AnsweringBridge(line =>
        {
            Interlocked.Increment(ref greetings);
            return AnsweringBridge.Politely(line);
        });
        string path = text is null ? _folder["none"] : Write(text, mode);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, User = "me", PasswordFile = path });
        await transport.StartAsync(context, Ct);
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (status.ToString()!.Contains(said, StringComparison.Ordinal))
            {
                break;
            }
        }

        greetings.Should().Be(0);
    }

    [Fact]
    public async Task A_bridge_that_ends_is_connected_to_again_and_its_sessions_are_begun_anew()
    {
        bool isUp = true;
        await using var bridge = new AnsweringBridge(line => Volatile.Read(ref isUp) ? AnsweringBridge.Politely(line) : null);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint });
        await transport.StartAsync(context, Ct);
        await ReachesAsync(transport, static status => status.IsReady);
        Volatile.Write(ref isUp, false);
        bridge.EndAll();
        await ReachesAsync(transport, static status => status is TransportStatus.Degraded);
        Volatile.Write(ref isUp, true);
        await ReachesAsync(transport, static status => status.IsReady);
    }

    [Fact]
    public async Task A_router_that_has_another_destination_of_its_own_than_before_has_begun_anew()
    {
        string self = "";
        await using var bridge = new AnsweringBridge(line =>
            line == "NAMING LOOKUP NAME=ME" && Volatile.Read(ref self) is { Length: > 0 } known ? $"NAMING REPLY RESULT=OK NAME=ME VALUE={known}\n" : AnsweringBridge.Politely(line));
        using var context = new TestTransportContext();
        using var router = new ExternalRouter(new I2POptions { Sam = bridge.EndPoint }, SocketEngine.Portable, context);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Channel<bool> runs = Channel.CreateUnbounded<bool>();
        Task running = router.RunAsync(
            (run, ended) =>
            {
                runs.Writer.TryWrite(run.IsNew);
                run.OnWorking();
                return Task.Delay(Timeout.InfiniteTimeSpan, ended);
            },
            static _ => { },
            life.Token);
        (await runs.Reader.ReadAsync(Ct)).Should().BeFalse("nothing is known of it");
        foreach ((string destination, bool isNew) in ((string, bool)[])[(Vectors.Destination, false), (Vectors.Destination, false), (Vectors.DsaDestination, true), ("", false)])
        {
            Volatile.Write(ref self, destination);
            bridge.EndAll();
            (await runs.Reader.ReadAsync(Ct)).Should().Be(isNew);
        }

        await life.CancelAsync();
        await running;
    }

    private static async Task ReachesAsync(I2PTransport transport, Func<TransportStatus, bool> isAwaited)
    {
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (isAwaited(status))
            {
                return;
            }
        }
    }

    private string Write(string text, UnixFileMode mode)
    {
        string path = _folder["password"];
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
