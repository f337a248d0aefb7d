using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What every engine's listeners do.</summary>
public abstract class ListenerContract
{
    private const string ChildVariable = "KLYNTAR_OVERLAY_TEST_SHORT_OF_DESCRIPTORS";

    protected abstract SocketEngine Engine { get; }

    [Fact]
    public async Task Port_0_is_given_a_port_and_two_listeners_get_different_ones()
    {
        await using EngineListener one = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        await using EngineListener two = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        ((IPEndPoint)one.LocalEndPoint).Port.Should().BePositive().And.NotBe(((IPEndPoint)two.LocalEndPoint).Port);
    }

    [Fact]
    public async Task A_port_somebody_listens_on_is_refused()
    {
        await using EngineListener one = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        Engine.Invoking(e => e.Listen(one.LocalEndPoint, new EngineListenOptions())).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public async Task A_port_can_be_listened_on_again_at_once_though_connections_linger()
    {
        EngineListener one = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        EndPoint where = one.LocalEndPoint;
        EngineSocket connected = await Engine.ConnectAsync(where, null, default).Within();
        EngineSocket? accepted = await one.AcceptAsync().Within();
        accepted!.Dispose();
        (await connected.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
        connected.Dispose();
        await one.DisposeAsync();
        await using EngineListener two = Engine.Listen(where, new EngineListenOptions());
        two.LocalEndPoint.Should().Be(where);
    }

    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.Unix)]
    public async Task Disposing_ends_an_accept_under_way_and_later_ones_with_null(SocketKind kind)
    {
        EngineListener listener = Engine.Listen(kind.Free(), new EngineListenOptions());
        Task<EngineSocket?> accepting = listener.AcceptAsync().AsTask();
        await listener.DisposeAsync();
        (await accepting.Within()).Should().BeNull();
        (await listener.AcceptAsync().Within()).Should().BeNull();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.Unix)]
    public async Task A_cancelled_accept_throws_and_the_next_one_accepts(SocketKind kind)
    {
        await using EngineListener listener = Engine.Listen(kind.Free(), new EngineListenOptions());
        using CancellationTokenSource cancel = new();
        Task<EngineSocket?> accepting = listener.AcceptAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await accepting.Within().Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        using EngineSocket connected = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        using EngineSocket? accepted = await listener.AcceptAsync().Within();
        accepted.Should().NotBeNull();
    }

    [Fact]
    public async Task A_connection_that_was_reset_before_it_was_accepted_does_not_end_accepting()
    {
        await using EngineListener listener = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        for (int i = 0; i < 3; i++)
        {
            (await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within()).Abort();
        }

        using EngineSocket good = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        await good.SendAsync("x"u8.ToArray());
        while (true)
        {
            using EngineSocket? accepted = await listener.AcceptAsync().Within();
            try
            {
                (await accepted!.ReceiveAsync(new byte[1]).Within()).Should().Be(1);
                break;
            }
            catch (SocketException)
            {
                // One of the three.
            }
        }
    }

    [Fact]
    public async Task Many_connections_at_once_are_all_accepted()
    {
        const int Count = 500;
        await using EngineListener listener = Engine.Listen(SocketKind.Unix.Free(), new EngineListenOptions { Backlog = 8 });
        Task<EngineSocket>[] connecting = [.. Enumerable.Range(0, Count).Select(_ => Engine.ConnectAsync(listener.LocalEndPoint, null, default).AsTask())];
        List<EngineSocket> accepted = [];
        while (accepted.Count < Count)
        {
            accepted.Add((await listener.AcceptAsync().Within())!);
        }

        EngineSocket[] connected = await Task.WhenAll(connecting).Within();
        foreach (EngineSocket socket in accepted.Concat(connected))
        {
            socket.Dispose();
        }
    }

    [Theory, UnsupportedOSPlatform("windows")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    public async Task A_Unix_socket_has_exactly_the_mode_that_was_asked_for_whatever_the_umask(UnixFileMode mode)
    {
        string path = SocketKinds.FreePath();
        await using EngineListener listener = Engine.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions { UnixMode = mode });
        File.GetUnixFileMode(path).Should().Be(mode);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_reaches_a_Unix_socket_unless_told()
    {
        string path = SocketKinds.FreePath();
        await using EngineListener listener = Engine.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions());
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Disposing_removes_the_file_of_a_Unix_socket()
    {
        string path = SocketKinds.FreePath();
        EngineListener listener = Engine.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions());
        Path.Exists(path).Should().BeTrue();
        await listener.DisposeAsync();
        Path.Exists(path).Should().BeFalse();
    }

    [Fact]
    public async Task A_Unix_socket_that_a_dead_process_left_is_replaced()
    {
        string path = SocketKinds.FreePath();
        LeftSocket.Leave(path);
        Path.Exists(path).Should().BeTrue();
        await using EngineListener listener = Engine.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions());
        using EngineSocket connected = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        using EngineSocket? accepted = await listener.AcceptAsync().Within();
        accepted.Should().NotBeNull();
    }

    [Fact]
    public async Task A_Unix_socket_that_somebody_listens_on_is_left_alone()
    {
        string path = SocketKinds.FreePath();
        await using EngineListener first = Engine.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions());
        Engine.Invoking(e => e.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions())).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.AddressAlreadyInUse);
        using EngineSocket connected = await Engine.ConnectAsync(first.LocalEndPoint, null, default).Within();

        // The probe comes first.
        (await first.AcceptAsync().Within())!.Dispose();
        using EngineSocket? accepted = await first.AcceptAsync().Within();
        await connected.SendAsync("x"u8.ToArray());
        (await accepted!.ReceiveAsync(new byte[1]).Within()).Should().Be(1);
    }

    [Fact]
    public void A_file_that_is_no_socket_is_left_alone_and_named()
    {
        string path = SocketKinds.FreePath();
        File.WriteAllText(path, "a key");
        Engine.Invoking(e => e.Listen(new UnixDomainSocketEndPoint(path), new EngineListenOptions())).Should().Throw<OverlayException>()
            .WithMessage($"*{path}*not a socket*");
        File.ReadAllText(path).Should().Be("a key");
    }

    [Fact]
    public async Task A_process_short_of_descriptors_keeps_the_last_ones_free_and_goes_on_when_there_are_others()
    {
        _ = Engine;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no limit of descriptors to lower.");
        if (Environment.GetEnvironmentVariable(ChildVariable) is not null)
        {
            await RunShortOfDescriptorsAsync();
            return;
        }

        // The limit is the process's: a process of its own, and this test in it.
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[]
        {
            "-c", "ulimit -n 256; exec \"$0\" \"$@\"", Environment.ProcessPath!, "-noColor",
            "-method", $"{GetType().FullName}.{nameof(A_process_short_of_descriptors_keeps_the_last_ones_free_and_goes_on_when_there_are_others)}",
        })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ChildVariable] = "1";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync().Within() + await errors.Within();
        await child.WaitForExitAsync().Within();
        child.ExitCode.Should().Be(0, "it said:\n{0}", output);
        output.Should().Contain("Total: 1, Errors: 0, Failed: 0, Skipped: 0");
    }

    private async Task RunShortOfDescriptorsAsync()
    {
        Channel<SocketError> paused = Channel.CreateUnbounded<SocketError>();
        await using EngineListener listener = Engine.Listen(
            new IPEndPoint(IPAddress.Loopback, 0),
            new EngineListenOptions { Paused = e => paused.Writer.TryWrite(e.SocketErrorCode) });
        List<SafeFileHandle> held = [];
        using EngineSocket first = await Engine.ConnectAsync(listener.LocalEndPoint, null, default);
        using EngineSocket? firstAccepted = await listener.AcceptAsync().Within();
        using EngineSocket second = await Engine.ConnectAsync(listener.LocalEndPoint, null, default);
        while (held.Count == 0 || held[^1].DangerousGetHandle() < 256 - 1 - 32)
        {
            held.Add(File.OpenHandle("/dev/null"));
        }

        await Engine.Awaiting(e => e.ConnectAsync(listener.LocalEndPoint, null, default).AsTask()).Should().ThrowAsync<SocketException>("dials stop too");
        long started = Stopwatch.GetTimestamp();
        Task<EngineSocket?> accepting = listener.AcceptAsync().AsTask();
        List<SocketError> errors = [];
        for (int pauses = 0; pauses < 5; pauses++)
        {
            errors.Add(await paused.Reader.ReadAsync());
        }

        accepting.IsCompleted.Should().BeFalse();
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        held.ForEach(h => h.Dispose());
        using EngineSocket? accepted = await accepting.Within();
        await second.SendAsync("x"u8.ToArray());
        (await accepted!.ReceiveAsync(new byte[1]).Within()).Should().Be(1);
        errors.Should().AllBeEquivalentTo(SocketError.TooManyOpenSockets);
        took.Should().BeGreaterThan(TimeSpan.FromMilliseconds(10 + 20 + 40 + 80 - 10), "it should pause, and not spin");
    }
}
