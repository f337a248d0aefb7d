using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Accepting when accept fails.</summary>
public sealed class PortableListenerFaultTests : IAsyncDisposable
{
    private const string ChildVariable = "KLYNTAR_OVERLAY_TEST_SHORT_OF_DESCRIPTORS";

    private readonly ObservedTime _time = new();
    private readonly Channel<object> _accepts = Channel.CreateUnbounded<object>();
    private readonly List<SocketError> _paused = [];
    private readonly PortableListener _listener;
    private int _calls;

    public PortableListenerFaultTests()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        PortableSocketEngine engine = (PortableSocketEngine)SocketEngine.Portable;
        _listener = new PortableListener(engine, socket, e => _paused.Add(e.SocketErrorCode), _time, AcceptAsync);
    }

    [Fact]
    public async Task A_lack_of_descriptors_is_waited_out_with_growing_pauses()
    {
        Task<EngineSocket?> accepting = _listener.AcceptAsync().AsTask();
        foreach (int pause in new[] { 10, 20, 40, 80, 160, 320, 640, 1000, 1000 })
        {
            Fail(pause == 20 ? SocketError.NoBufferSpaceAvailable : SocketError.TooManyOpenSockets);
            await _time.TimerSetAsync();
            int calls = _calls;
            _time.Advance(TimeSpan.FromMilliseconds(pause - 1));
            _calls.Should().Be(calls, "the pause should be {0} ms", pause);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Eventually.TrueAsync(() => Volatile.Read(ref _calls) == calls + 1);
        }

        _accepts.Writer.TryWrite(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using EngineSocket? accepted = await accepting.Within();
        accepted.Should().NotBeNull();
        _paused.Should().HaveCount(9).And.Contain(SocketError.NoBufferSpaceAvailable);
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task The_fault_of_a_connection_that_is_gone_costs_no_pause()
    {
        Task<EngineSocket?> accepting = _listener.AcceptAsync().AsTask();
        Fail(SocketError.ConnectionAborted);
        Fail(SocketError.ConnectionReset);
        Fail(SocketError.Interrupted);
        _accepts.Writer.TryWrite(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using EngineSocket? accepted = await accepting.Within();
        accepted.Should().NotBeNull();
        _paused.Should().BeEmpty();
    }

    [Fact]
    public async Task A_flood_of_connections_that_are_gone_does_not_spin_for_ever()
    {
        Task<EngineSocket?> accepting = _listener.AcceptAsync().AsTask();
        for (int i = 0; i <= 100; i++)
        {
            Fail(SocketError.ConnectionAborted);
        }

        await _time.TimerSetAsync();
        _paused.Should().ContainSingle();
        await _listener.DisposeAsync();
        (await accepting.Within()).Should().BeNull();
    }

    [Fact]
    public async Task Disposing_ends_a_pause()
    {
        Task<EngineSocket?> accepting = _listener.AcceptAsync().AsTask();
        Fail(SocketError.TooManyOpenSockets);
        await _time.TimerSetAsync();
        await _listener.DisposeAsync();
        (await accepting.Within()).Should().BeNull();
        (await _listener.AcceptAsync().Within()).Should().BeNull();
    }

    [Fact]
    public async Task Cancelling_ends_a_pause()
    {
        using CancellationTokenSource cancel = new();
        Task<EngineSocket?> accepting = _listener.AcceptAsync(cancel.Token).AsTask();
        Fail(SocketError.TooManyOpenSockets);
        await _time.TimerSetAsync();
        await cancel.CancelAsync();
        await accepting.Invoking(a => a.Within()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_listener_that_is_unusable_says_so()
    {
        Fail(SocketError.InvalidArgument);
        (await _listener.Awaiting(l => l.AcceptAsync().Within()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.InvalidArgument);
    }

    [Fact]
    public async Task A_process_short_of_descriptors_keeps_the_last_ones_free_and_goes_on_when_there_are_others()
    {
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
            "-method", $"*.{nameof(A_process_short_of_descriptors_keeps_the_last_ones_free_and_goes_on_when_there_are_others)}",
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

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static async Task RunShortOfDescriptorsAsync()
    {
        Channel<SocketError> paused = Channel.CreateUnbounded<SocketError>();
        await using EngineListener listener = SocketEngine.Portable.Listen(
            new IPEndPoint(IPAddress.Loopback, 0),
            new EngineListenOptions { Paused = e => paused.Writer.TryWrite(e.SocketErrorCode) });
        List<Microsoft.Win32.SafeHandles.SafeFileHandle> held = [];
        using EngineSocket first = await SocketEngine.Portable.ConnectAsync(listener.LocalEndPoint, null, default);
        using EngineSocket? firstAccepted = await listener.AcceptAsync().Within();
        using EngineSocket second = await SocketEngine.Portable.ConnectAsync(listener.LocalEndPoint, null, default);
        while (held.Count == 0 || held[^1].DangerousGetHandle() < 256 - 1 - 32)
        {
            held.Add(File.OpenHandle("/dev/null"));
        }

        await SocketEngine.Portable.Awaiting(e => e.ConnectAsync(listener.LocalEndPoint, null, default).AsTask()).Should().ThrowAsync<SocketException>("dials stop too");
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

    private void Fail(SocketError error) => _accepts.Writer.TryWrite(new SocketException((int)error));

    private async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return await _accepts.Reader.ReadAsync(cancellationToken) switch
        {
            Socket socket => socket,
            object fault => throw (SocketException)fault,
        };
    }
}
